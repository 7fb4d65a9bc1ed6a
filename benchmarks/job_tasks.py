"""The task that the job benchmark runs."""

from connectid.jobs import task


@task
def do_nothing(number: int) -> None:
    """Cost nothing, so that what remains is the queue's own cost."""
