"""The photo of an account: taken in with the account's own transaction, moved to the photo store by a job."""

from datetime import datetime

import structlog
from django.db import transaction

from connectid.accounts import tasks
from connectid.accounts.models import Account, PendingPhoto
from connectid.providers import photos
from connectid.providers.errors import Rejected, Unavailable
from connectid.providers.photos import Photo

log = structlog.get_logger(__name__)


def keep(*, account_id: int, photo: Photo, at: datetime) -> None:
    """Make ``photo`` the account's photo; part of the caller's transaction."""
    key = photos.new_key()
    pending, _ = PendingPhoto.objects.update_or_create(
        account_id=account_id, defaults={"key": key, "content": photo.content, "created_at": at}
    )
    tasks.store_photo.enqueue(pending.pk)


def store(*, pending_id: int) -> None:
    """Move a pending photo to the store; the account's former photo is deleted after it.

    Safe to repeat: the same key is written again. A photo that was replaced meanwhile is left to the job of the newer.
    Raises :class:`~connectid.providers.errors.Unavailable`, for the job to be tried again.
    """
    pending = PendingPhoto.objects.filter(pk=pending_id).first()
    if pending is None:
        return
    photos.pick().save(pending.key, Photo(bytes(pending.content)))
    with transaction.atomic():
        account = Account.objects.select_for_update().only("pk", "photo_key").get(pk=pending.account_id)
        current, _ = PendingPhoto.objects.filter(pk=pending_id, key=pending.key).delete()
        if current:
            Account.objects.filter(pk=account.pk).update(photo_key=pending.key)
            unused = account.photo_key
        else:  # it was replaced meanwhile, unless another worker just finished the same
            unused = "" if account.photo_key == pending.key else pending.key
        if unused:
            tasks.delete_photo.enqueue(unused)


def data_url(account: Account) -> str:
    """Return the account's photo in the form that the app reads; empty where it has none or the store does not answer.

    ``account`` must have been loaded with ``pending_photo`` selected.
    """
    pending = getattr(account, "pending_photo", None)
    if pending is not None:
        return Photo(bytes(pending.content)).data_url
    if not account.photo_key:
        return ""
    try:
        return photos.pick().load_data_url(account.photo_key)
    except (Rejected, Unavailable) as error:
        log.warning("photo_unavailable", reason=error.reason)
        return ""
