"""Jobs about accounts."""

from connectid.accounts.operations import photo, profile, pruning
from connectid.core import clock
from connectid.jobs import task
from connectid.providers import photos


@task(max_attempts=20)
def store_photo(pending_id: int) -> None:
    """Move a pending photo to the photo store."""
    photo.store(pending_id=pending_id)


@task(max_attempts=20)
def delete_photo(key: str) -> None:
    """Delete a photo that no account shows any more; the key is random and says nothing of its owner."""
    photos.pick().delete(key)


@task(max_attempts=10)
def tell_connect_of_sign_up(account_id: int) -> None:
    """Have CommCare Connect re-send the invites of people who were invited before they signed up (contract 11, E-77)."""
    profile.tell_connect_of_sign_up(account_id=account_id)


@task(max_attempts=10)
def tell_connect_of_rename(account_id: int) -> None:
    """Tell CommCare Connect that a worker's name changed (contract 11)."""
    profile.tell_connect_of_rename(account_id=account_id)


@task
def prune() -> None:
    """Every night: forget photos that nobody will store, and browsers of staff that are signed out."""
    pruning.prune(at=clock.now())
