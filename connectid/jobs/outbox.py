# ruff: noqa: S608 - what is put into the statements is parameter marks and constants of this module
"""The statements that move jobs, in SQL that PostgreSQL and SQLite both run.

Each function is one statement whatever the number of jobs (``add``: one per thousand; ``put_back``: one more for each key), on
the connection of the calling thread. ``add`` joins the caller's transaction. The others are called by workers, outside any: each is atomic by itself.

On PostgreSQL a claim skips rows that another worker is claiming (``SKIP LOCKED``); on SQLite the write lock of the
statement does the same. Every other statement names the worker, so one whose lease has passed on changes nothing.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import IntegrityError, connection, transaction

from connectid.jobs import wakeup
from connectid.jobs.models import State

CHANNEL = "connectid_jobs"
"""PostgreSQL notification channel that wakes workers."""

ROWS_PER_STATEMENT = 1000

WAITING_WITH_KEY = "state = 'ready' AND NOT (unique_key = '')"
"""The condition of the unique index, word for word: an upsert must repeat it to use the index."""

COLUMNS = (
    "task, queue, args, kwargs, priority, state, run_at, attempts, max_attempts,"
    " worker, unique_key, error_class, error, created_at"
)
"""What a new job's row says."""

UNLESS_WAITING = (
    f"ON CONFLICT (task, unique_key) WHERE {WAITING_WITH_KEY} DO UPDATE SET unique_key = excluded.unique_key"
)
"""One job for each key: the row that waits is locked instead, until the transaction ends."""

BEGIN_ATTEMPT = (
    "UPDATE jobs_job SET state = 'running', worker = %s, run_at = %s, attempts = attempts + 1,"
    " with_broker_since = NULL"
)
"""What every claim does to its rows; parameters: the worker, the end of the lease."""

CLAIMED = "id, task, queue, args, kwargs, priority, attempts, max_attempts, unique_key, created_at"
"""What every claim returns, for :func:`claims_of`."""


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job that is not in the table yet. ``args`` and ``kwargs`` are JSON text."""

    task: str
    queue: str
    args: str
    kwargs: str
    priority: int
    run_at: datetime
    max_attempts: int
    unique_key: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A job in a worker's hands. ``attempts`` counts the one that the claim began."""

    id: int
    task: str
    queue: str
    args: list[Any]
    kwargs: dict[str, Any]
    priority: int
    attempts: int
    max_attempts: int
    unique_key: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Return:
    """How a job that was not done goes back to the table. ``error`` and ``error_class`` None: as they were."""

    claim: Claim
    state: State
    at: datetime
    """When it may run again; of a dead letter, when it failed."""
    attempts: int
    error_class: str | None = None
    error: str | None = None


def add(jobs: Sequence[NewJob], *, at: datetime, notify: bool = True) -> list[int]:
    """Insert the jobs and return their ids in the same order; all of them or none.

    A job whose key already waits is not inserted: the answer is the id of the one that waits. That row stays locked until
    the caller commits, so no worker can start it before it would see what the caller has written.
    """
    # Keyed rows always in one order, so that two transactions adding the same keys wait for each other, not in a circle.
    order = sorted(range(len(jobs)), key=lambda index: jobs[index].unique_key)
    rows: list[NewJob] = []
    place: dict[tuple[str, str], int] = {}
    row_of = [0] * len(jobs)
    for index in order:
        job = jobs[index]
        row_of[index] = place.get((job.task, job.unique_key), len(rows))
        if row_of[index] == len(rows):
            rows.append(job)
            if job.unique_key:
                place[job.task, job.unique_key] = row_of[index]
    if len(rows) <= ROWS_PER_STATEMENT:
        ids = _insert(rows, at, notify)
    else:
        with transaction.atomic(savepoint=False):
            ids = [
                id_
                for start in range(0, len(rows), ROWS_PER_STATEMENT)
                for id_ in _insert(rows[start : start + ROWS_PER_STATEMENT], at, notify)
            ]
    return [ids[row] for row in row_of]


def _insert(rows: Sequence[NewJob], at: datetime, notify: bool) -> list[int]:
    if not rows:
        return []
    due = any(row.run_at <= at for row in rows)
    # PostgreSQL sends one notification when the transaction commits, whatever the number of rows.
    announce = notify and due and connection.vendor == "postgresql" and wakeup.may_announce()
    sql = (
        f"INSERT INTO jobs_job ({COLUMNS}) VALUES "
        + ", ".join(["(%s, %s, %s, %s, %s, 'ready', %s, 0, %s, '', %s, '', '', %s)"] * len(rows))
        + f" {UNLESS_WAITING} RETURNING id"
        + (f", CAST(pg_notify('{CHANNEL}', '') AS text)" if announce else "")
    )
    created_at = stored(at)
    params: list[Any] = []
    for row in rows:
        params += (row.task, row.queue, row.args, row.kwargs, row.priority, stored(row.run_at))
        params += (row.max_attempts, row.unique_key, created_at)
    return [row[0] for row in fetch(sql, params)]


def claim(
    *, worker: str, queues: Sequence[str], limit: int, at: datetime, lease_until: datetime
) -> list[Claim]:
    """Take up to ``limit`` due jobs for the worker until ``lease_until``, the most urgent first.

    Jobs whose lease ended before ``at`` are due like any other: their worker is dead or has lost touch.
    """
    if connection.vendor == "postgresql":
        # An array makes PostgreSQL look the rows up by key; for a sub-select it may choose to scan the whole table.
        lock, taken = " FOR UPDATE SKIP LOCKED", "= ANY(ARRAY(SELECT id FROM taken))"
    else:
        lock, taken = "", "IN (SELECT id FROM taken)"
    # One branch per queue: each reads the front of its part of the index, and no backlog of another queue lies in its way.
    branch = (
        "SELECT * FROM (SELECT id, priority, run_at FROM jobs_job"
        " WHERE NOT (state = 'failed') AND queue = %s AND run_at <= %s"
        f" ORDER BY priority DESC, run_at, id LIMIT %s{lock}) AS front"
    )
    sql = (
        f"WITH due AS ({' UNION ALL '.join([branch] * len(queues))}),"
        " taken AS MATERIALIZED (SELECT id FROM due ORDER BY priority DESC, run_at, id LIMIT %s)"
        f" {BEGIN_ATTEMPT} WHERE id {taken} RETURNING {CLAIMED}"
    )
    params: list[Any] = []
    for queue in queues:
        params += (queue, stored(at), limit)
    return claims_of(fetch(sql, [*params, limit, worker, stored(lease_until)]))


def claims_of(rows: Iterable[Sequence[Any]]) -> list[Claim]:
    """Read what a statement returned for ``CLAIMED``, the most urgent first."""
    claims = [_claim(*row) for row in rows]
    claims.sort(key=lambda claimed: (-claimed.priority, claimed.id))
    return claims


def _claim(
    id_: int,
    task: str,
    queue: str,
    args: str,
    kwargs: str,
    priority: int,
    attempts: int,
    max_attempts: int,
    unique_key: str,
    created_at: datetime,
) -> Claim:
    # SQLite keeps UTC and does not say so.
    aware = created_at if created_at.tzinfo else created_at.replace(tzinfo=UTC)
    return Claim(
        id_,
        task,
        queue,
        json.loads(args),
        json.loads(kwargs),
        priority,
        attempts,
        max_attempts,
        unique_key,
        aware,
    )


def renew(ids: Sequence[int], *, worker: str, lease_until: datetime) -> set[int]:
    """Prolong the worker's leases and return the ids that are still its own."""
    sql = f"UPDATE jobs_job SET run_at = %s WHERE worker = %s AND id IN ({marks(ids)}) RETURNING id"
    return {row[0] for row in fetch(sql, [stored(lease_until), worker, *ids])}


def acknowledge(ids: Sequence[int], *, worker: str) -> int:
    """Delete jobs that are done; return how many were still the worker's to acknowledge."""
    sql = f"DELETE FROM jobs_job WHERE worker = %s AND id IN ({marks(ids)})"
    with connection.cursor() as cursor:
        cursor.execute(sql, [worker, *ids])
        return int(cursor.rowcount)


def put_back(returns: Iterable[Return], *, worker: str) -> None:
    """Return jobs that were not done: to wait again, or to the dead letters.

    A job whose key already waits in another row would break the rule of one waiting job per key: that other row will do
    its work, so it is dropped. Each job that is to wait under a key is a statement by itself, for it may find a transaction
    that enqueues the key and wait for that: whoever waits for one while holding others could be waited for in a circle.
    """
    together: list[Return] = []
    keyed: dict[tuple[str, str], Return] = {}
    superseded: list[int] = []
    for returned in returns:
        key = (returned.claim.task, returned.claim.unique_key)
        if returned.state != State.READY or returned.claim.unique_key == "":
            together.append(returned)
        elif key in keyed:
            superseded.append(returned.claim.id)
        else:
            keyed[key] = returned
    if together:
        _put_back(together, worker)
    superseded += [row.claim.id for row in keyed.values() if not _put_back_under_its_key(row, worker)]
    if superseded:
        acknowledge(superseded, worker=worker)


def _put_back_under_its_key(row: Return, worker: str) -> bool:
    try:
        return bool(_put_back([row], worker))
    except IntegrityError:
        # Another transaction enqueued the key while the statement ran. Now it is visible, and seen.
        return bool(_put_back([row], worker))


def _put_back(rows: Sequence[Return], worker: str) -> list[Any]:
    types = ("bigint", "varchar", "timestamptz", "integer", "varchar", "varchar", "timestamptz")
    typed = connection.vendor == "postgresql"  # which cannot guess the type of a column of parameters
    row_marks = ", ".join(f"CAST(%s AS {type_})" if typed else "%s" for type_ in types)
    sql = (
        "WITH outcome (id, state, run_at, attempts, error_class, error, failed_at) AS (VALUES "
        + ", ".join([f"({row_marks})"] * len(rows))
        + ") UPDATE jobs_job SET state = outcome.state, run_at = outcome.run_at, attempts = outcome.attempts, worker = '',"
        " error_class = COALESCE(outcome.error_class, jobs_job.error_class),"
        " error = COALESCE(outcome.error, jobs_job.error), failed_at = outcome.failed_at"
        " FROM outcome WHERE jobs_job.id = outcome.id AND jobs_job.worker = %s"
        " AND NOT (outcome.state = 'ready' AND EXISTS (SELECT 1 FROM jobs_job AS other"
        " WHERE other.task = jobs_job.task AND other.unique_key = jobs_job.unique_key"
        f" AND other.{WAITING_WITH_KEY.replace('(unique_key', '(other.unique_key')}))"
        " RETURNING jobs_job.id"
    )
    params: list[Any] = []
    for row in rows:
        at = stored(row.at)
        failed_at = at if row.state == State.FAILED else None
        params += (row.claim.id, row.state.value, at, row.attempts, row.error_class, row.error, failed_at)
    return fetch(sql, [*params, worker])


def fetch(sql: str, params: Sequence[Any]) -> list[Any]:
    """Run a statement and return its rows."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows: list[Any] = cursor.fetchall()
        return rows


def marks(values: Sequence[Any]) -> str:
    """Return a parameter mark for each value."""
    return ", ".join(["%s"] * len(values))


def stored(at: datetime) -> Any:
    """Return a moment as the database takes it."""
    return connection.ops.adapt_datetimefield_value(at)
