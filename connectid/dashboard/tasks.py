"""Jobs of the operations page."""

from connectid.core import clock
from connectid.dashboard import operations
from connectid.jobs import task


@task(timeout=300)
def refresh() -> None:
    """Every five minutes: count the last two hours anew."""
    operations.refresh(at=clock.now())


@task(timeout=3600)
def settle() -> None:
    """Every night: count the last two days anew, and forget what is old."""
    operations.settle(at=clock.now())
