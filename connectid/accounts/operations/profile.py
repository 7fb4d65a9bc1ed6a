"""What a worker says of themselves: making the account, changing it, telling CommCare Connect."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Case, F, When

from connectid.accounts import errors, queries, tasks
from connectid.accounts.models import NAME_LENGTH, Account, DeviceSecurity, new_storage_key, new_subject
from connectid.accounts.operations import photo as photos
from connectid.core import phone
from connectid.core.phone import UnparsablePhoneNumber
from connectid.providers import connect
from connectid.providers.errors import Unavailable
from connectid.providers.photos import Photo, TooLarge, Unusable
from connectid.providers.photos.images import decode_photo_url


def decode_photo(data_url: str) -> Photo:
    """Return the photo of a data URL, checked and encoded anew.

    Raises :class:`~connectid.accounts.errors.PhotoTooLarge` and :class:`~connectid.accounts.errors.PhotoUnusable`.
    """
    try:
        return decode_photo_url(data_url)
    except TooLarge as error:
        raise errors.PhotoTooLarge from error
    except (Unusable, Unavailable) as error:
        raise errors.PhotoUnusable from error


def create(
    *,
    name: str,
    phone_number: str,
    backup_code_hash: str,
    email: str,
    is_invited: bool,
    is_self_enrolled: bool,
    photo: Photo,
    at: datetime,
) -> Account | None:
    """Make the account of ``phone_number`` inside the caller's transaction; None where an active one exists.

    The email is left out where somebody else's account has it meanwhile: a worker must not be stuck for it (E-48).
    """
    account = Account(
        username=new_subject(),
        name=name,
        phone_number=phone_number,
        email="" if queries.is_email_taken(email) else email,
        storage_key=new_storage_key(),
        device_security=DeviceSecurity.PIN if is_invited else DeviceSecurity.BIOMETRIC,
        is_invited=is_invited,
        is_self_enrolled=is_self_enrolled,
        backup_code=backup_code_hash,
        date_joined=at,
    )
    account.set_unusable_password()
    if not _inserted(account):
        if queries.is_number_taken(phone_number):
            return None
        account.email = ""
        if not _inserted(account):
            return None
    photos.keep(account_id=account.pk, photo=photo, at=at)
    tasks.tell_connect_of_sign_up.enqueue(account.pk)
    return account


def _inserted(account: Account) -> bool:
    try:
        with transaction.atomic():
            account.save(force_insert=True)
    except IntegrityError:
        account.pk = None
        return False
    return True


def update(*, account_id: int, name: str, secondary_phone: str, photo_url: str, at: datetime) -> None:
    """Change what is not empty; everything is judged before anything changes (contract 5.11, E-57).

    Raises ``PhotoTooLarge``, ``PhotoUnusable``, ``ProfileRefused`` and ``SecondaryPhoneRefused``.
    """
    changes: dict[str, Any] = {}
    name = " ".join(name.split())
    if len(name) > NAME_LENGTH:
        raise errors.ProfileRefused
    if secondary_phone:
        try:
            changes["secondary_phone"] = second = phone.parse(secondary_phone).e164
        except UnparsablePhoneNumber as error:
            raise errors.SecondaryPhoneRefused from error
        changes["secondary_phone_proven_at"] = Case(
            When(secondary_phone=second, then=F("secondary_phone_proven_at")), default=None
        )
    photo = decode_photo(photo_url) if photo_url else None
    if not name and not changes and photo is None:
        return
    account = Account.objects.filter(pk=account_id)
    with transaction.atomic():
        if changes:
            account.update(**changes)
        if name and account.exclude(name=name).update(name=name):
            tasks.tell_connect_of_rename.enqueue(account_id)
        if photo is not None:
            photos.keep(account_id=account_id, photo=photo, at=at)


def tell_connect_of_sign_up(*, account_id: int) -> None:
    """Have CommCare Connect re-send the invites of this account's number. Raises ``Unavailable`` and ``Rejected``."""
    account = (
        Account.objects.only("username", "name", "phone_number").filter(pk=account_id, is_active=True).first()
    )
    if account is not None and not phone.is_fictitious(account.phone_number):
        connect.pick().resend_invites(
            phone_number=account.phone_number, username=account.username, name=account.name
        )


def tell_connect_of_rename(*, account_id: int) -> None:
    """Tell CommCare Connect the account's present name. Raises ``Unavailable`` and ``Rejected``."""
    account = Account.objects.only("username", "name").filter(pk=account_id, is_active=True).first()
    if account is not None:
        connect.pick().update_profile(username=account.username, name=account.name)
