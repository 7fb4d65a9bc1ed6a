"""Passwords of older apps: made by a person or an app, or brought along from the former server (contract 9, 17b).

An account has a password only while its current phone proves itself by it. A phone that gets a device credential ends the
password; its hash stays with the former device, so that the former phone can be told that another one took over.
"""

import re
from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from connectid.accounts.models import Account
from connectid.core import passwords, secrets
from connectid.devices import queries
from connectid.devices.models import Device
from connectid.devices.operations import attempts
from connectid.devices.operations.attempts import NO_MATCH, Match
from connectid.devices.queries import CREDENTIAL, DIFFERENT_DEVICE_WINDOW, KnownDevice, PasswordHolder

MADE_BY_THE_FORMER_SERVER = re.compile(r"[0-9a-f]{32}|[0-9a-f]{64}")
"""What its random passwords look like: 128 or 256 bits, which need no slow hash once they were seen."""


def weaknesses(password: str) -> list[str]:
    """Say why a new password would be guessed too easily, in words for its user; empty where it would not."""
    try:
        validate_password(password)
    except ValidationError as error:
        return list(error.messages)
    return []


def prove(*, username: str, password: str, address: str, at: datetime) -> KnownDevice | None:
    """Return the device of the account that has this password, or had it on a former phone; None where there is none.

    An imported hash verifies once: a password that the former server made is a device credential from then on, and any other
    gets a new hash. Whether the account exists makes no difference to the work. One statement for a password that was right
    a short while ago. Raises :class:`~connectid.core.ratelimit.Throttled`.
    """
    holder = queries.password_holder(username)
    hashes = _hashes(holder, at)
    match = attempts.recall(username=username, password=password, hashes=hashes)
    if match is None:
        match = attempts.attempt(
            username=username, address=address, verify=lambda: _match(password, hashes), at=at
        )
        attempts.remember(match, username=username, password=password, hashes=hashes)
    if holder is None or match is NO_MATCH:
        # Unless a request at the same time has just made a device credential of it.
        return queries.by_credential(username=username, credential=password)
    if hashes[match.position] != holder.password:
        return _former(holder, password, hashes[match.position])
    device_id = _settled(holder, password, match.rehashed, at)
    if device_id is None:  # the password is another one since we read it: look again
        return prove(username=username, password=password, address=address, at=at)
    return _known(holder, device_id, is_revoked=False)


def enrol(*, account_id: int, password_hash: str, installation_id: str = "", at: datetime) -> None:
    """Give the account a new device that proves itself by a password.

    Every other device is revoked. ``password_hash`` is what :func:`connectid.core.passwords.hash_memorised` makes: make it
    before the transaction that decided this, and call this inside.
    """
    with transaction.atomic():
        retire(account_id=account_id, at=at)
        Account.objects.filter(pk=account_id).update(password=password_hash)
        Device.objects.create(account_id=account_id, installation_id=installation_id[:100], created_at=at)


def change(*, account_id: int, password_hash: str, at: datetime) -> None:
    """Give the account's phone another password in place of its password or credential, which ends.

    It stays the same device: whoever presents the old secret is not told of another one. Call it inside the transaction that
    ends the account's tokens.
    """
    with transaction.atomic():
        Account.objects.select_for_update(no_key=True).only("pk").get(pk=account_id)
        Account.objects.filter(pk=account_id).update(password=password_hash)
        changed = Device.objects.filter(account_id=account_id, revoked_at=None).update(credential_digest=None)
        if not changed:
            Device.objects.create(account_id=account_id, created_at=at)


def retire(*, account_id: int, at: datetime) -> None:
    """Revoke the account's device and end its password, which the device keeps as a former one.

    The account's row stays locked until the caller's transaction ends. A member of staff keeps the password of the admin.
    """
    account = Account.objects.select_for_update(no_key=True).only("password", "is_staff").get(pk=account_id)
    former = "" if account.is_staff or not passwords.is_memorised_hash(account.password) else account.password
    current = Device.objects.filter(account_id=account_id, revoked_at=None)
    if not former:
        current.update(revoked_at=at)
        return
    if not current.update(revoked_at=at, former_password=former):
        Device.objects.create(account_id=account_id, revoked_at=at, former_password=former, created_at=at)
    Account.objects.filter(pk=account_id).update(password=make_password(None))


def _hashes(holder: PasswordHolder | None, at: datetime) -> list[str]:
    """What the password may be compared with, the present one first. Former ones only where that changes the answer."""
    if holder is None or not holder.is_active:
        return []
    recent = holder.latest_use is not None and at - holder.latest_use < DIFFERENT_DEVICE_WINDOW
    former = [stored for _, stored in holder.former] if recent else []
    return [holder.password, *former] if holder.password else former


def _match(password: str, hashes: Sequence[str]) -> Match:
    """Find the hash that the password was made into: slow. Without any, do as much work for nothing."""
    if not hashes:
        passwords.dummy_verify(password)
    for position, stored in enumerate(hashes):
        if _is_credential(password, stored):
            if passwords.verify_imported(password, stored):
                return Match(position)
            continue
        verified, rehashed = passwords.verify_memorised(password, stored)
        if verified:
            return Match(position, rehashed)
    return NO_MATCH


def _is_credential(password: str, stored: str) -> bool:
    """Whether a password that verifies is a random one of the former server."""
    return passwords.is_imported(stored) and MADE_BY_THE_FORMER_SERVER.fullmatch(password) is not None


def _settled(holder: PasswordHolder, password: str, rehashed: str | None, at: datetime) -> int | None:
    """Store what a right password calls for and return the account's device; None where the password changed meanwhile."""
    is_credential = _is_credential(password, holder.password)
    if holder.device_id is not None and not is_credential and rehashed is None:
        return holder.device_id
    with transaction.atomic():
        account = Account.objects.select_for_update(no_key=True).only("password").get(pk=holder.account_id)
        if account.password != holder.password:
            return None
        device, _ = Device.objects.get_or_create(
            account_id=account.pk, revoked_at=None, defaults={"created_at": at}
        )
        if is_credential:
            digest = secrets.digest(password, purpose=CREDENTIAL)
            Device.objects.filter(pk=device.pk).update(credential_digest=digest)
            rehashed = make_password(None)
        if rehashed:
            Account.objects.filter(pk=account.pk).update(password=rehashed)
    return device.pk


def _former(holder: PasswordHolder, password: str, stored: str) -> KnownDevice:
    """Return the former device that has this hash, which is not needed any more where the password is a random one."""
    device_id = next(device_id for device_id, hashed in holder.former if hashed == stored)
    if _is_credential(password, stored):
        digest = secrets.digest(password, purpose=CREDENTIAL)
        former = Device.objects.filter(pk=device_id, former_password=stored)
        former.update(credential_digest=digest, former_password="")
    return _known(holder, device_id, is_revoked=True)


def _known(holder: PasswordHolder, device_id: int, *, is_revoked: bool) -> KnownDevice:
    return KnownDevice(
        device_id=device_id,
        account_id=holder.account_id,
        username=holder.username,
        credential_digest="",
        last_accessed_at=None if is_revoked else holder.last_accessed_at,
        is_revoked=is_revoked,
        is_active=holder.is_active,
        latest_use=holder.latest_use,
        sealed_storage_key=holder.sealed_storage_key,
    )
