"""POST /users/recover/confirm_backup_code (contract 5.7)."""

from typing import ClassVar

import msgspec

from connectid.accounts.errors import LockedAccount
from connectid.enrollment import errors
from connectid.enrollment.authentication import enrollment_session
from connectid.enrollment.operations import recovery
from connectid.enrollment.operations.recovery import AttemptsLeft
from connectid.recovery.errors import NoBackupCode
from connectid.recovery.operations import backup_code
from connectid.web.endpoint import Body, Endpoint
from connectid.web.problems import Refusal


class BackupCode(msgspec.Struct):
    """The backup code as typed; a number is taken too."""

    recovery_pin: str | int | None = None


class Recovered(msgspec.Struct, omit_defaults=True):
    """The account on this phone, or only ``attempts_left`` after a wrong code: the app branches on which keys there are.

    ``password`` is the device credential, ``db_key`` the storage key. ``previous_device`` and ``last_accessed`` are there when
    the account was used on another phone within 30 days, ``email`` when it has a proven one.
    """

    attempts_left: int | msgspec.UnsetType = msgspec.UNSET
    username: str | msgspec.UnsetType = msgspec.UNSET
    password: str | msgspec.UnsetType = msgspec.UNSET
    db_key: str | msgspec.UnsetType = msgspec.UNSET
    invited_user: bool | msgspec.UnsetType = msgspec.UNSET
    previous_device: str | msgspec.UnsetType = msgspec.UNSET
    last_accessed: str | msgspec.UnsetType = msgspec.UNSET
    email: str | msgspec.UnsetType = msgspec.UNSET


class ConfirmBackupCode(Endpoint):
    """Recover the account of the session's number on this phone."""

    auth = (enrollment_session,)
    invalid = errors.MissingBackupCode
    refusals: ClassVar = (
        errors.PhoneNotProven,
        Refusal(errors.NoAccount, key="detail"),
        NoBackupCode,
        LockedAccount,
    )

    def post(self, parsed_body: Body[BackupCode]) -> Recovered:
        session = enrollment_session.principal(self.request)
        confirmed = recovery.confirm_backup_code(
            session=session, backup_code=backup_code.as_typed(parsed_body.recovery_pin), at=self.received_at
        )
        if isinstance(confirmed, AttemptsLeft):
            return Recovered(attempts_left=confirmed.attempts_left)
        previous = confirmed.previous_phone
        return Recovered(
            username=confirmed.username,
            password=confirmed.credential,
            db_key=confirmed.storage_key,
            invited_user=session.is_invited,
            previous_device=previous.model if previous else msgspec.UNSET,
            last_accessed=previous.last_accessed_at.isoformat() if previous else msgspec.UNSET,
            email=confirmed.email or msgspec.UNSET,
        )
