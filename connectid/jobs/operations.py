"""What operators do to jobs that failed for good."""

from collections.abc import Collection, Iterator
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef

from connectid.jobs import wakeup
from connectid.jobs.models import Job, State

ROWS_PER_STATEMENT = 1000

TRIES = 5
"""A replay meets an enqueueing of the same key now and then; five in a row, each between two of its statements, do not happen."""


def replay(*, ids: Collection[int], at: datetime) -> int:
    """Let dead letters run again as though just enqueued, with all their attempts; return how many will.

    Where a job with the same key waits already, or several of the letters have one key, one run serves them all.
    """
    for _ in range(TRIES - 1):
        try:
            return _replay(ids, at)
        except IntegrityError:
            continue  # one of the keys was enqueued meanwhile; now its job is visible, and will do for both
    return _replay(ids, at)


def replay_all(*, at: datetime, task: str = "") -> int:
    """Replay every dead letter (of a task), in batches that each commit; return how many will run."""
    return sum(replay(ids=ids, at=at) for ids in _dead_letters(task, failed_until=at))


def discard(*, ids: Collection[int]) -> int:
    """Delete those of the jobs that are dead letters; return how many."""
    count, _ = Job.objects.filter(pk__in=ids, state=State.FAILED).delete()
    return count


def discard_all(*, at: datetime, task: str = "") -> int:
    """Delete every dead letter (of a task) that failed until a moment, in batches that each commit; return how many."""
    return sum(discard(ids=ids) for ids in _dead_letters(task, failed_until=at))


def discard_dead_letters(*, failed_before: datetime) -> int:
    """Delete dead letters that are older than a moment, in batches that each commit; return how many."""
    return sum(discard(ids=ids) for ids in _dead_letters("", failed_until=failed_before))


def _replay(ids: Collection[int], at: datetime) -> int:
    letters = Job.objects.filter(pk__in=ids, state=State.FAILED)
    same_key = Job.objects.filter(task=OuterRef("task"), unique_key=OuterRef("unique_key"))
    with transaction.atomic():
        keyed = letters.exclude(unique_key="")
        keyed.filter(Exists(same_key.filter(state=State.READY))).delete()
        keyed.filter(Exists(same_key.filter(pk__in=ids, state=State.FAILED, pk__gt=OuterRef("pk")))).delete()
        count = letters.update(
            state=State.READY, run_at=at, created_at=at, attempts=0, failed_at=None, error_class="", error=""
        )
        wakeup.ring_on_commit()
    return count


def _dead_letters(task: str, *, failed_until: datetime) -> Iterator[list[int]]:
    """Yield the ids of the dead letters in batches, the oldest first; each is to be gone before the next is asked for."""
    letters = Job.objects.filter(state=State.FAILED, failed_at__lte=failed_until)
    if task:
        letters = letters.filter(task=task)
    while ids := list(letters.order_by("failed_at").values_list("pk", flat=True)[:ROWS_PER_STATEMENT]):
        yield ids
