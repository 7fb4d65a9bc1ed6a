"""Forgetting: challenges and counters that no longer decide anything."""

from datetime import datetime, timedelta

from django.db.models import Q

from connectid.core import batches
from connectid.verification.models import Challenge, Counter

CHALLENGES_KEPT = timedelta(days=7)
"""After expiry: long enough for support to see why a code did not arrive."""
COUNTERS_KEPT = timedelta(days=2)
"""After the last one was let through: buckets are full again after a day, blocked prefixes are free after half a day."""


def prune(*, at: datetime, batch: int = batches.BATCH) -> int:
    """Delete what is old, ``batch`` rows to a statement; returns how many rows that was."""
    gone = at - CHALLENGES_KEPT
    challenges = Challenge.objects.filter(
        Q(last_sent_at=None) | Q(last_sent_at__lt=gone), expires_at__lt=gone
    )
    counters = Counter.objects.filter(last_at__lt=int((at - COUNTERS_KEPT).timestamp() * 1000))
    return batches.delete(challenges, batch=batch) + batches.delete(counters, batch=batch)
