"""Writes about devices: proving a credential, issuing one, remembering its use."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from connectid.core import secrets
from connectid.devices import errors, queries
from connectid.devices.models import Device
from connectid.devices.operations import passwords
from connectid.devices.queries import CREDENTIAL, DIFFERENT_DEVICE_WINDOW, KnownDevice

USE_IS_NOTED_EVERY = timedelta(hours=1)
"""``last_accessed_at`` is written at most this often, so that reading stays reading."""


_LOOK = """
SELECT d.id
  FROM devices_device d JOIN accounts_account a ON a.id = d.account_id
 WHERE d.id = %s AND d.account_id = %s AND d.revoked_at IS NULL AND a.is_active
"""
_HOLD = f"{_LOOK} FOR NO KEY UPDATE OF a, d"
"""The account first, as in :func:`issue`: rows are locked in the order in which they are named here."""


def authenticate(*, username: str, credential: str, address: str, at: datetime) -> KnownDevice:
    """Return the device that ``credential`` proves, and note its use.

    One statement; a second one on first use, then at most once an hour, and after a rotation of ``SECRET_HASH_KEYS``. What is
    no device credential is tried as a password, on behalf of ``address``, by which the tries are limited. Call this outside a
    transaction, which could undo the count of a try. Raises :class:`~connectid.devices.errors.InvalidDeviceCredential`,
    :class:`~connectid.devices.errors.LoginFromDifferentDevice` (contract A1) and, where a password cannot be tried now,
    :class:`~connectid.core.ratelimit.Throttled`.
    """
    device = queries.by_credential(username=username, credential=credential)
    if device is None:
        device = passwords.prove(username=username, password=credential, address=address, at=at)
    if device is None or not device.is_active:
        raise errors.InvalidDeviceCredential
    if device.is_revoked:
        if device.latest_use is not None and at - device.latest_use < DIFFERENT_DEVICE_WINDOW:
            raise errors.LoginFromDifferentDevice
        raise errors.InvalidDeviceCredential
    _note_use(device, credential, at)
    return device


def recall(*, username: str, credential: str, at: datetime) -> KnownDevice | None:
    """Return the device that ``credential`` proves, and note its use, or None where that takes more than one look.

    None is no refusal: :func:`authenticate` has to be asked then. No try is counted here.
    """
    device = queries.by_credential(username=username, credential=credential)
    if device is None or device.is_revoked or not device.is_active:
        return None
    _note_use(device, credential, at)
    return device


def _note_use(device: KnownDevice, credential: str, at: datetime) -> None:
    rotated = device.credential_digest != "" and secrets.needs_rewrite(device.credential_digest)
    noted = device.last_accessed_at
    if rotated or noted is None or at - noted >= USE_IS_NOTED_EVERY:
        changes: dict[str, Any] = {"last_accessed_at": at}
        noted_of = Device.objects.filter(pk=device.device_id)
        if rotated:
            # Only while it is still what was looked up: a password may have taken its place meanwhile.
            noted_of = noted_of.filter(credential_digest=device.credential_digest)
            changes["credential_digest"] = secrets.digest(credential, purpose=CREDENTIAL)
        noted_of.update(**changes)


def hold(device: KnownDevice) -> bool:
    """Hold account and device to the end of the transaction; False where either may no longer act.

    Whoever gives the device something that must not outlive it calls this, for the account may have moved to another one
    since the credential was looked at. The account's row is locked first, as in :func:`issue`.
    """
    held = _HOLD if connection.features.has_select_for_update else _LOOK
    with connection.cursor() as cursor:
        cursor.execute(held, [device.device_id, device.account_id])
        return cursor.fetchone() is not None


CREDENTIAL_BYTES = 32
"""Of a credential that enrolment issues: 64 hexadecimal characters (contract 5.6)."""


def issue(
    *, account_id: int, installation_id: str, model: str, at: datetime, size: int = CREDENTIAL_BYTES
) -> str:
    """Give the account a new device and return its credential: ``size`` random bytes in hexadecimal, never to be seen again.

    Every other device of the account is revoked, and a password of it ends. Call it inside the transaction that decided it:
    the account's row stays locked to its end, so that of two phones at once the later one is the current device.
    """
    credential = secrets.new_token(size)
    with transaction.atomic():
        passwords.retire(account_id=account_id, at=at)
        Device.objects.create(
            account_id=account_id,
            credential_digest=secrets.digest(credential, purpose=CREDENTIAL),
            installation_id=installation_id[:100],
            model=model[:255],
            created_at=at,
        )
    return credential


def revoke_all(*, account_id: int, at: datetime) -> None:
    """End every credential of the account, and its password. Call it inside the transaction that closes the account."""
    passwords.retire(account_id=account_id, at=at)
