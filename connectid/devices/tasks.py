"""Jobs of devices."""

from connectid.core import clock
from connectid.devices.operations import farewell, pruning, silence
from connectid.jobs import task

A_DAY = 24 * 3600.0


# Of use while the account's owner may still wonder; later than that its address is forgotten.
@task(max_attempts=12, backoff_base=30, backoff_cap=4 * 3600, deadline=A_DAY, timeout=60)
def say_farewell(registration_id: int) -> None:
    """Tell the phone of an ended push registration why it hears no more."""
    farewell.say(registration_id=registration_id)


@task
def prune_push_addresses() -> None:
    """Every night: end registrations that are silent for long, and forget addresses that nothing is sent to any more."""
    silence.prune(at=clock.now())


@task
def prune() -> None:
    """Every night: forget former phones, and registrations that ended long ago."""
    pruning.prune(at=clock.now())
