"""A password of an older app's user: in place of what its phone proved itself with, or at the end of a recovery."""

from datetime import datetime

from django.db import transaction

from connectid.core import passwords, ratelimit
from connectid.devices.errors import InvalidDeviceCredential, PasswordTooSimple
from connectid.devices.models import EndReason
from connectid.devices.operations import credentials, push
from connectid.devices.operations import passwords as device_passwords
from connectid.devices.queries import KnownDevice
from connectid.oauth.operations import revocation
from connectid.recovery import errors, limits, tasks
from connectid.recovery.models import Step
from connectid.recovery.operations import closing, sessions


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


def reset(*, phone_number: str, secret: str, password: str, at: datetime) -> None:
    """Make ``password`` that of the account, whose phone is the one that asks from now on.

    The former phone's credential, every token and its push registration end in the same transaction (contract 16, E-14), and so
    do other recoveries of the account. Its former phone and its owner are told. Raises ``UnknownSecret``, ``WrongStep``,
    :class:`~connectid.devices.errors.PasswordTooSimple` (E-58) and :class:`~connectid.accounts.errors.LockedAccount`.
    """
    session = sessions.opened(phone_number=phone_number, secret=secret, steps=(Step.OWNER_PROVEN,), at=at)
    if device_passwords.weaknesses(password):
        raise PasswordTooSimple
    account_id = session.account_id
    assert account_id is not None
    hashed = passwords.hash_memorised(password)  # slow, and so before the transaction
    with transaction.atomic():
        closing.require_active(account_id=account_id)
        sessions.move(session, to=Step.FINISHED, steps=(Step.OWNER_PROVEN,), at=at)
        sessions.finish_others(account_id=account_id, at=at)
        device_passwords.enrol(account_id=account_id, password_hash=hashed, at=at)
        revocation.revoke_all(account_id=account_id)
        push.withdraw(account_id=account_id, at=at, reason=EndReason.MOVED)
        tasks.tell_of_move.enqueue(account_id)
