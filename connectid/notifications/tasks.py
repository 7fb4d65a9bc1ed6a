"""Jobs of notifications."""

from connectid.core import clock
from connectid.jobs import task
from connectid.notifications.operations import pruning, pushing, reminders


# What is left after a failure is found by the next one, which comes every minute; a lost connection is worth a try before.
@task(max_attempts=3)
def push_waiting() -> None:
    """Push the notifications that are due."""
    pushing.push_waiting()


# The same; nobody is reminded twice within an hour.
@task(max_attempts=3)
def remind() -> None:
    """Remind people of messages that their phones have not fetched."""
    reminders.remind(at=clock.now())


@task
def prune() -> None:
    """Every night: forget notifications that phones have, and those that none came for."""
    pruning.prune(at=clock.now())
