"""Jobs of notifications."""

from connectid.jobs import task
from connectid.notifications.operations import pushing


# What is left after a failure is found by the next one, which comes every minute.
@task(max_attempts=1)
def push_waiting() -> None:
    """Push the notifications that are due."""
    pushing.push_waiting()
