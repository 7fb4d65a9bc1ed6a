"""Jobs of channels and messages."""

from uuid import UUID

from connectid.core import clock
from connectid.jobs import task
from connectid.messaging.operations import pruning, relaying


@task
def relay_channel(channel_id: str) -> None:
    """Make the calls to a channel's partner that are due, in order."""
    relaying.relay(channel_id=UUID(channel_id))


@task
def relay_partner(server_id: int) -> None:
    """Wake every channel of a partner that answers again."""
    relaying.wake_partner(server_id=server_id, at=clock.now())


@task(max_attempts=1)
def relay_waiting() -> None:
    """Wake the channels whose calls are due and that nobody carries."""
    relaying.sweep(at=clock.now())


@task
def prune() -> None:
    """Every night: forget messages that are over."""
    pruning.prune(at=clock.now())
