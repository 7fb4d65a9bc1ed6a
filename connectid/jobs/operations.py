"""What operators do to jobs that failed for good."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from connectid.jobs import wakeup
from connectid.jobs.models import Job, State

ROWS_PER_STATEMENT = 1000


def replay(*, ids: Collection[int], at: datetime) -> int:
    """Let dead letters run again, with all their attempts; return how many will.

    Where a job with the same key waits already, or several of the letters have one key, one run serves them all.
    """
    letters = Job.objects.filter(pk__in=ids, state=State.FAILED)
    same_key = Job.objects.filter(task=OuterRef("task"), unique_key=OuterRef("unique_key"))
    with transaction.atomic():
        keyed = letters.exclude(unique_key="")
        keyed.filter(Exists(same_key.filter(state=State.READY))).delete()
        keyed.filter(Exists(same_key.filter(pk__in=ids, state=State.FAILED, pk__gt=OuterRef("pk")))).delete()
        count = letters.update(
            state=State.READY, run_at=at, attempts=0, failed_at=None, error_class="", error=""
        )
        wakeup.ring_on_commit()
    return count


def discard_dead_letters(*, failed_before: datetime) -> int:
    """Delete dead letters that are older than a moment, in batches that each commit; return how many."""
    total = 0
    while True:
        oldest = Job.objects.filter(state=State.FAILED, failed_at__lt=failed_before).order_by("failed_at")
        count, _ = Job.objects.filter(
            pk__in=list(oldest.values_list("pk", flat=True)[:ROWS_PER_STATEMENT])
        ).delete()
        total += count
        if count < ROWS_PER_STATEMENT:
            return total
