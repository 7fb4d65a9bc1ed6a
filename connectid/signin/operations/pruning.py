"""Forgetting what no longer opens anything."""

from datetime import datetime

from connectid.core import batches
from connectid.oauth.operations import browser_sessions
from connectid.signin.models import Consent, SignIn
from connectid.signin.operations.consents import REMEMBERED


def prune(*, at: datetime) -> int:
    """Delete sign-ins and browser sessions that expired, and consents that no longer count; return how many rows."""
    return (
        batches.delete(SignIn.objects.filter(expires_at__lte=at))
        + batches.delete(Consent.objects.filter(given_at__lte=at - REMEMBERED))
        + browser_sessions.prune(at=at)
    )
