"""The jobs that jobs themselves need."""

from datetime import timedelta

from connectid.core import clock
from connectid.jobs import backend, operations
from connectid.jobs.definition import task


@task(priority=-50)
def discard_dead_letters() -> None:
    """Delete dead letters whose retention (the backend's ``dead_letter_days``) has ended."""
    days = backend.options().dead_letter_days
    operations.discard_dead_letters(failed_before=clock.now() - timedelta(days=days))
