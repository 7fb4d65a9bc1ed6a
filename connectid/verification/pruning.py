"""Forgetting: challenges and counters that no longer decide anything."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q

from connectid.verification.models import Challenge, Counter

CHALLENGES_KEPT = timedelta(days=7)
"""After expiry: long enough for support to see why a code did not arrive."""
COUNTERS_KEPT = timedelta(days=2)
"""After the last one was let through: buckets are full again after a day, blocked prefixes are free after half a day."""


def prune(*, at: datetime, batch: int = 1000) -> int:
    """Delete what is old, ``batch`` rows to a statement; returns how many rows that was."""
    gone = at - CHALLENGES_KEPT
    challenges = Challenge.objects.filter(
        Q(last_sent_at=None) | Q(last_sent_at__lt=gone), expires_at__lt=gone
    )
    counters = Counter.objects.filter(last_at__lt=int((at - COUNTERS_KEPT).timestamp() * 1000))
    return _delete(challenges, batch) + _delete(counters, batch)


def _delete[M: models.Model](doomed: models.QuerySet[M], batch: int) -> int:
    total = 0
    while True:
        # The outer query repeats the condition: a row that came to life since the inner one saw it stays.
        deleted, _ = doomed.filter(pk__in=doomed.order_by("pk").values("pk")[:batch]).delete()
        total += deleted
        if deleted < batch:
            return total
