"""Jobs of the directory."""

from connectid.core import clock
from connectid.directory.operations import look_ups
from connectid.jobs import task


@task
def prune() -> None:
    """Every night: forget look-ups that were kept long enough."""
    look_ups.prune(at=clock.now())
