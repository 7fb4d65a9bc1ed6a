# ruff: noqa: S608 - what is put into the statements is parameter marks and constants of these modules
"""The statements that lend jobs to a message broker, which carries their ids to Celery's workers.

A job that is with the broker is due again after a while, so that nothing depends on its message: one that was lost is
published again by the ordinary scan, one that comes twice finds nothing to claim the second time.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import connection

from connectid.jobs.models import Job
from connectid.jobs.outbox import BEGIN_ATTEMPT, CLAIMED, Claim, claims_of, fetch, marks, stored


def lend(*, queue: str, limit: int, at: datetime, until: datetime) -> list[int]:
    """Choose up to ``limit`` due jobs, the most urgent first, as not due until ``until``; return their ids to be published.

    A job of a dead worker keeps its state: another of its key may wait meanwhile.
    """
    skips_locked = connection.vendor == "postgresql"
    lock, taken = (
        (" FOR UPDATE SKIP LOCKED", "= ANY(ARRAY(SELECT id FROM taken))")
        if skips_locked
        else ("", "IN (SELECT id FROM taken)")
    )
    sql = (
        "WITH taken AS MATERIALIZED (SELECT id FROM jobs_job"
        " WHERE NOT (state = 'failed') AND queue = %s AND run_at <= %s"
        f" ORDER BY priority DESC, run_at, id LIMIT %s{lock})"
        " UPDATE jobs_job SET with_broker_since = COALESCE(with_broker_since, run_at), run_at = %s, worker = ''"
        f" WHERE id {taken} RETURNING priority, with_broker_since, id"
    )
    rows = fetch(sql, [queue, stored(at), limit, stored(until)])
    return [row[2] for row in sorted(rows, key=lambda row: (-row[0], row[1], row[2]))]


def take_back(ids: Sequence[int]) -> None:
    """Have jobs whose ids the broker did not take due as they were. Which of them are locked is waited for as in :func:`claim`."""
    if connection.vendor != "postgresql":
        _take_back(ids, lock="")
        return
    taken = _take_back(ids, lock=" FOR UPDATE SKIP LOCKED")
    for id_ in _still_lent(set(ids) - taken):
        _take_back([id_], lock=" FOR UPDATE")


def _take_back(ids: Sequence[int], *, lock: str) -> set[int]:
    sql = (
        "UPDATE jobs_job SET run_at = with_broker_since, with_broker_since = NULL"
        f" WHERE id IN (SELECT id FROM jobs_job WHERE id IN ({marks(ids)}) AND with_broker_since IS NOT NULL{lock})"
        " RETURNING id"
    )
    return {row[0] for row in fetch(sql, ids)}


def _still_lent(ids: Collection[int]) -> list[int]:
    if not ids:
        return []
    lent = Job.objects.filter(pk__in=ids, with_broker_since__isnull=False)
    return sorted(lent.values_list("pk", flat=True))


def claim(ids: Sequence[int], *, worker: str, lease_until: datetime) -> list[Claim]:
    """Take those of the jobs that are with the broker; the others were taken, or are done, already.

    A job on whose key somebody enqueues just now is locked until that transaction ends. Each such one is waited for by
    itself: whoever waits for one while holding others could be waited for in a circle.
    """
    if connection.vendor != "postgresql":
        return _claim(ids, worker, lease_until, lock="")
    claims = _claim(ids, worker, lease_until, lock=" FOR UPDATE SKIP LOCKED")
    for id_ in _still_lent(set(ids).difference(claimed.id for claimed in claims)):
        claims += _claim([id_], worker, lease_until, lock=" FOR UPDATE")
    return claims


def _claim(ids: Sequence[int], worker: str, lease_until: datetime, *, lock: str) -> list[Claim]:
    sql = (
        f"{BEGIN_ATTEMPT} WHERE id IN (SELECT id FROM jobs_job WHERE id IN ({marks(ids)})"
        f" AND with_broker_since IS NOT NULL{lock}) RETURNING {CLAIMED}"
    )
    return claims_of(fetch(sql, [worker, stored(lease_until), *ids]))
