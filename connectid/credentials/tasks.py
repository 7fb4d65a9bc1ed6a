"""Jobs of credentials."""

from uuid import UUID

from connectid.core import clock
from connectid.credentials.operations import telling
from connectid.jobs import task

# Nobody waits for these, and a batch may have thousands: behind codes and everything else.
_LATE = -50


@task(priority=_LATE)
def tell_holders(invite_ids: list[str]) -> None:
    """Enqueue the texts about a batch of awards."""
    telling.tell_all(invite_ids=invite_ids)


@task(priority=_LATE, timeout=60)
def tell_holder(invite_id: str) -> None:
    """Send one person the text about what a batch gave them."""
    telling.tell(invite_id=UUID(invite_id), at=clock.now())
