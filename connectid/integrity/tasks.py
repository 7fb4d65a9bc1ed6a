"""What integrity does in the background."""

from connectid.core import clock
from connectid.integrity import operations
from connectid.jobs import task


@task
def prune() -> int:
    """Forget tokens that could not be presented again anyway, and reports of long ago; return how many."""
    return operations.prune(at=clock.now())
