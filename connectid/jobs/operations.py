"""What operators do to jobs that failed for good."""

from collections.abc import Collection, Iterator
from datetime import datetime

from django.db import IntegrityError
from django.db.models import Exists, OuterRef, QuerySet

from connectid.jobs import wakeup
from connectid.jobs.models import Job, State

ROWS_PER_STATEMENT = 1000


def replay(*, ids: Collection[int], at: datetime) -> int:
    """Let dead letters run again as though just enqueued, with all their attempts; return how many will.

    Where a job with the same key waits already, or several of the letters have one key, one run serves them all. Each letter
    with a key commits by itself, for the reason in :func:`~connectid.jobs.outbox.put_back`: call this outside a transaction.
    """
    letters = Job.objects.filter(pk__in=ids, state=State.FAILED)
    keyed = letters.exclude(unique_key="")
    same_key = Job.objects.filter(task=OuterRef("task"), unique_key=OuterRef("unique_key"))
    keyed.filter(Exists(same_key.filter(state=State.READY))).delete()
    keyed.filter(Exists(same_key.filter(pk__in=ids, state=State.FAILED, pk__gt=OuterRef("pk")))).delete()
    count = _run_again(letters.filter(unique_key=""), at)
    for pk in list(keyed.values_list("pk", flat=True)):
        letter = letters.filter(pk=pk)
        try:
            count += _run_again(letter, at)
        except IntegrityError:
            letter.delete()  # the key was enqueued meanwhile: that job will do for both
    wakeup.ring_on_commit()
    return count


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


def _run_again(letters: QuerySet[Job], at: datetime) -> int:
    return letters.update(
        state=State.READY, run_at=at, created_at=at, attempts=0, failed_at=None, error_class="", error=""
    )


def _dead_letters(task: str, *, failed_until: datetime) -> Iterator[list[int]]:
    """Yield the ids of the dead letters in batches, the oldest first; each is to be gone before the next is asked for."""
    letters = Job.objects.filter(state=State.FAILED, failed_at__lte=failed_until)
    if task:
        letters = letters.filter(task=task)
    while ids := list(letters.order_by("failed_at").values_list("pk", flat=True)[:ROWS_PER_STATEMENT]):
        yield ids
