"""Jobs of insights."""

from datetime import datetime

from django.conf import settings

from connectid.core import clock
from connectid.insights.operations import counting, exporting, telling
from connectid.jobs import task

# Nobody waits for these: behind codes and everything else.
_LATE = -50


@task(unique_key="insights.count")
def count() -> None:
    """Every five minutes: make part of the monthly counts what changed since."""
    counting.roll_up()


@task
def reconcile_counts() -> None:
    """Every night: compare the monthly counts with the accounts, and mend them."""
    counting.reconcile()


@task(priority=_LATE, timeout=60, deadline=48 * 3600)
def tell_analytics(name: str, at: str, account_id: int | None, details: dict[str, str | int]) -> None:
    """Tell the analytics service of something that happened. Google takes nothing older than three days."""
    telling.tell(name=name, at=datetime.fromisoformat(at), account_id=account_id, details=details)


@task(priority=_LATE)
def export() -> None:
    """Every night: begin to export every table to where ``EXPORT_TO`` says."""
    exporting.start_all(destinations=settings.EXPORT_TO, at=clock.now())


@task(priority=_LATE, timeout=600, max_attempts=10)
def go_on_exporting(run_id: int) -> None:
    """Export as much of a table as fits into one job, and leave the rest to the next."""
    run = exporting.go_on(run_id=run_id, at=clock.now())
    if run is not None and run.ended_at is None:
        go_on_exporting.enqueue(run_id)


@task
def prune() -> None:
    """Every night: forget exports that ended long ago."""
    exporting.prune(at=clock.now())
