"""The claim reads the front of its index, whatever else the table holds."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from connectid.core import clock
from connectid.jobs import outbox
from connectid.jobs.models import Job, State

NOW = clock.now()
LATER = NOW + timedelta(hours=1)


def jobs(count: int, **fields: Any) -> list[Job]:
    usual = {"task": "t", "queue": "default", "max_attempts": 1, "run_at": NOW, "created_at": NOW}
    return [Job(**(usual | fields)) for _ in range(count)]


@pytest.mark.django_db
@pytest.mark.parametrize("queues", [("default",), ("default", "slow")])
def test_a_claim_walks_neither_dead_letters_nor_other_queues(queues: tuple[str, ...]) -> None:
    Job.objects.bulk_create(
        [
            *jobs(3000, state=State.FAILED, failed_at=NOW),
            *jobs(3000, queue="slow", priority=50),
            *jobs(3000, run_at=LATER),
            *jobs(500),
        ]
    )
    executed: list[tuple[str, Any]] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        executed.append((sql, params))
        return execute(sql, params, many, context)

    explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE jobs_job")
        with connection.execute_wrapper(note):
            claims = outbox.claim(worker="w", queues=queues, limit=100, at=NOW, lease_until=LATER)
        [(sql, params)] = executed
        cursor.execute(f"{explain} {sql}", params)
        plan = "\n".join(str(row[-1]) for row in cursor.fetchall())
    assert len(claims) == 100
    assert plan.count("jobs_job_claim") == len(queues), plan
    assert "Seq Scan on jobs_job" not in plan, plan
    assert "SCAN jobs_job" not in plan, plan
