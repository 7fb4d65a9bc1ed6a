"""Jobs of invitations."""

from connectid.core import clock
from connectid.invitations import operations
from connectid.jobs import task

A_DAY = 24 * 3600


# A day later the project has told its worker otherwise.
@task(max_attempts=5, deadline=A_DAY)
def text_invite(invite_id: int) -> None:
    """Text the link of an invitation."""
    operations.text_invite(invite_id=invite_id)


@task
def prune() -> None:
    """Every night: forget invitations whose link does not work any more."""
    operations.prune(at=clock.now())
