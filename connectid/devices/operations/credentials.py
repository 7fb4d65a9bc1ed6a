"""Writes about devices: proving a credential, issuing one, remembering its use."""

from datetime import datetime, timedelta

from django.db import transaction

from connectid.accounts.models import Account
from connectid.core import secrets
from connectid.devices import errors, queries
from connectid.devices.models import Device
from connectid.devices.queries import CREDENTIAL, DIFFERENT_DEVICE_WINDOW, KnownDevice

USE_IS_NOTED_EVERY = timedelta(hours=1)
"""``last_accessed_at`` is written at most this often, so that reading stays reading."""


def authenticate(*, username: str, credential: str, at: datetime) -> KnownDevice:
    """Return the device that ``credential`` proves, and note its use.

    One statement; a second one on first use, then at most once an hour, and after a rotation of ``SECRET_HASH_KEYS``. Raises
    :class:`~connectid.devices.errors.InvalidDeviceCredential` and
    :class:`~connectid.devices.errors.LoginFromDifferentDevice` (contract A1).
    """
    device = queries.by_credential(username=username, credential=credential)
    if device is None or not device.is_active:
        raise errors.InvalidDeviceCredential
    if device.is_revoked:
        if device.latest_use is not None and at - device.latest_use < DIFFERENT_DEVICE_WINDOW:
            raise errors.LoginFromDifferentDevice
        raise errors.InvalidDeviceCredential
    rotated = secrets.needs_rewrite(device.credential_digest)
    noted = device.last_accessed_at
    if rotated or noted is None or at - noted >= USE_IS_NOTED_EVERY:
        digest = secrets.digest(credential, purpose=CREDENTIAL) if rotated else device.credential_digest
        Device.objects.filter(pk=device.device_id).update(last_accessed_at=at, credential_digest=digest)
    return device


def issue(*, account_id: int, installation_id: str, model: str, at: datetime) -> str:
    """Give the account a new device and return its credential: 64 hexadecimal characters, never to be seen again.

    Every other device of the account is revoked. Call it inside the transaction that decided it: the account's row stays
    locked to its end, so that of two phones at once the later one is the current device.
    """
    credential = secrets.new_token(32)
    with transaction.atomic():
        Account.objects.select_for_update(no_key=True).only("pk").get(pk=account_id)
        Device.objects.filter(account_id=account_id, revoked_at=None).update(revoked_at=at)
        Device.objects.create(
            account_id=account_id,
            credential_digest=secrets.digest(credential, purpose=CREDENTIAL),
            installation_id=installation_id[:100],
            model=model[:255],
            created_at=at,
        )
    return credential


def revoke_all(*, account_id: int, at: datetime) -> None:
    """End every credential of the account. Call it inside the transaction that closes the account."""
    Device.objects.filter(account_id=account_id, revoked_at=None).update(revoked_at=at)
