"""Forgetting photos that nobody will store any more, and browsers of staff that are signed out."""

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session

from connectid.accounts.models import PendingPhoto
from connectid.core import batches

PHOTOS_KEPT = timedelta(days=30)
"""As long as the dead letter of the job that was to store them, which can be replayed until then."""


def prune(*, at: datetime, batch: int = batches.BATCH) -> int:
    """Delete what is old, ``batch`` rows to a statement; return how many rows that was."""
    return batches.delete(
        PendingPhoto.objects.filter(created_at__lte=at - PHOTOS_KEPT), batch=batch
    ) + batches.delete(Session.objects.filter(expire_date__lte=at), batch=batch)
