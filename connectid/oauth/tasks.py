"""Jobs of OAuth2."""

from connectid.core import clock
from connectid.jobs import task
from connectid.oauth.operations import pruning


@task
def prune() -> None:
    """Every hour: forget what is spent."""
    pruning.prune(at=clock.now())
