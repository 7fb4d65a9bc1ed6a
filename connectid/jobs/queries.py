"""Reads of the job table."""

from datetime import datetime
from typing import NamedTuple

from django.db.models import Case, CharField, Count, F, Min, Value, When

from connectid.jobs.models import Job, State


class Backlog(NamedTuple):
    """Jobs of one queue that stand alike: ``due``, ``deferred``, ``running`` or ``failed``."""

    queue: str
    standing: str
    jobs: int
    first_run_at: datetime


def backlog(*, at: datetime) -> list[Backlog]:
    """Count the jobs by queue and standing."""
    standing = Case(
        When(state=State.READY, run_at__lte=at, then=Value("due")),
        When(state=State.READY, then=Value("deferred")),
        default=F("state"),
        output_field=CharField(),
    )
    rows = (
        Job.objects.values("queue", standing=standing)
        .annotate(jobs=Count("id"), first_run_at=Min("run_at"))
        .order_by("queue", "standing")
        .values_list("queue", "standing", "jobs", "first_run_at")
    )
    return [Backlog(*row) for row in rows]
