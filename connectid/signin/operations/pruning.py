"""Forgetting what no longer opens anything."""

from datetime import datetime

from django.db import models

from connectid.oauth.operations import browser_sessions
from connectid.signin.models import Consent, SignIn
from connectid.signin.operations.consents import REMEMBERED

BATCH = 1000


def prune(*, at: datetime) -> int:
    """Delete sign-ins and browser sessions that expired, and consents that no longer count; return how many rows."""
    return (
        _delete(SignIn.objects.filter(expires_at__lte=at))
        + _delete(Consent.objects.filter(given_at__lte=at - REMEMBERED))
        + browser_sessions.prune(at=at)
    )


def _delete[M: models.Model](doomed: models.QuerySet[M]) -> int:
    deleted = 0
    while batch := list(doomed.values_list("pk", flat=True)[:BATCH]):
        deleted += doomed.filter(pk__in=batch).delete()[0]
    return deleted
