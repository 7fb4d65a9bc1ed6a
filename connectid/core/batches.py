"""Deleting many rows without holding anybody up: a batch to a statement, each its own transaction."""

from collections.abc import Iterator

from django.db.models import Max, Min, Model, QuerySet

BATCH = 1000
MOST = 1_000_000
"""Rows of one call. What is left waits for the next run, so that a job ends before its time is over."""


def delete[M: Model](doomed: QuerySet[M], *, batch: int = BATCH, at_most: int = MOST) -> int:
    """Delete the rows of ``doomed``, or the first ``at_most``; return how many that were.

    One statement for each batch, however many rows there are, as long as no other table refers to the model. Give the condition an
    index: every batch looks for its rows anew.
    """
    total = 0
    while total < at_most:
        # The outer query repeats the condition: a row that came to life since the inner one saw it stays.
        deleted, _ = doomed.filter(pk__in=doomed.order_by().values("pk")[:batch]).delete()
        total += deleted
        if deleted < batch:
            break
    return total


def by_number[M: Model](model: type[M], *, size: int) -> Iterator[tuple[int, int]]:
    """The first and last number of so many rows at a time, in order: for a condition that has no index and reads every row.

    One statement; each part is then read by the primary key, and its rows are held no longer than it takes.
    """
    ends = model._base_manager.aggregate(first=Min("pk"), last=Max("pk"))
    if ends["first"] is not None:
        for start in range(ends["first"], ends["last"] + 1, size):
            yield start, start + size - 1
