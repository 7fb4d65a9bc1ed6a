"""Reads of the job table."""

from datetime import datetime
from typing import NamedTuple

from django.db.models import Case, CharField, Count, F, Min, Value, When
from django.db.models.functions import Coalesce

from connectid.jobs.models import Job, State


class Backlog(NamedTuple):
    """Jobs of one queue that stand alike: ``due``, ``deferred``, ``running`` or ``failed``."""

    queue: str
    standing: str
    jobs: int
    first_run_at: datetime


def backlog(*, at: datetime) -> list[Backlog]:
    """Count the jobs by queue and standing. One that is with a broker is due since before it was published."""
    standing = Case(
        When(with_broker_since__isnull=False, then=Value("due")),
        When(state=State.READY, run_at__lte=at, then=Value("due")),
        When(state=State.READY, then=Value("deferred")),
        default=F("state"),
        output_field=CharField(),
    )
    rows = (
        Job.objects.values("queue", standing=standing)
        .annotate(jobs=Count("id"), first_run_at=Min(Coalesce("with_broker_since", "run_at")))
        .order_by("queue", "standing")
        .values_list("queue", "standing", "jobs", "first_run_at")
    )
    return [Backlog(*row) for row in rows]


def jobs(*, state: State, task: str = "", limit: int = 50) -> list[Job]:
    """Return the newest jobs that are in a state, of one task if it is named."""
    found = Job.objects.filter(state=state)
    if task:
        found = found.filter(task=task)
    return list(found.order_by("-failed_at" if state == State.FAILED else "run_at", "pk")[:limit])


def job(*, id_: int) -> Job | None:
    """Return one job."""
    return Job.objects.filter(pk=id_).first()
