"""A password of an older app's user, in place of what its phone proved itself with."""

from datetime import datetime

from django.db import transaction

from connectid.core import passwords, ratelimit
from connectid.devices.errors import InvalidDeviceCredential, PasswordTooSimple
from connectid.devices.operations import credentials
from connectid.devices.operations import passwords as device_passwords
from connectid.devices.queries import KnownDevice
from connectid.oauth.operations import revocation
from connectid.recovery import errors, limits


def change(*, device: KnownDevice, password: str, at: datetime) -> None:
    """Make ``password`` what the account's phone proves itself with.

    The credential or password that it had, and every token, end in the same transaction (contract 16, E-14): whoever else has
    learned them is out. The phone stays the account's, and pushes reach it. Raises
    :class:`~connectid.recovery.errors.NoPassword`, :class:`~connectid.devices.errors.PasswordTooSimple` (E-58),
    :class:`~connectid.core.ratelimit.Throttled`, and :class:`~connectid.devices.errors.InvalidDeviceCredential` where the account
    moved to another phone meanwhile.
    """
    if not password:
        raise errors.NoPassword
    if device_passwords.weaknesses(password):
        raise PasswordTooSimple
    ratelimit.spend(limits.SECRETS_PER_ACCOUNT, str(device.account_id))
    hashed = passwords.hash_memorised(password)  # slow, and so before the transaction
    with transaction.atomic():
        if not credentials.hold(device):
            raise InvalidDeviceCredential
        device_passwords.change(account_id=device.account_id, password_hash=hashed, at=at)
        revocation.revoke_all(account_id=device.account_id)
