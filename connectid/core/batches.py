"""Deleting many rows without holding anybody up: a batch to a statement, each its own transaction."""

from django.db.models import Model, QuerySet

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
