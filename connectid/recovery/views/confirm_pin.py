"""POST /users/recover/confirm_pin (contract 9)."""

from typing import ClassVar

import msgspec

from connectid.accounts.errors import LockedAccount
from connectid.devices.authentication import optional_device_basic
from connectid.recovery import errors
from connectid.recovery.operations import backup_code, proofs
from connectid.recovery.profile import DatedProfile
from connectid.web.endpoint import Body
from connectid.web.legacy import LegacyEndpoint, MissingKeys, required
from connectid.web.problems import Refusal


class PinToConfirm(msgspec.Struct):
    """``recovery_pin`` is the backup code."""

    phone: str | None = None
    secret_key: str | None = None
    recovery_pin: str | int | None = None


class ConfirmPin(LegacyEndpoint):
    """Prove to be the account's owner by its backup code. The third wrong one locks the account, as on every path."""

    auth = (optional_device_basic,)
    refusals: ClassVar = (
        Refusal(MissingKeys, key="error"),
        errors.NoBackupCode,
        errors.UnknownSecret,
        errors.WrongStep,
        errors.IncorrectBackupCode,
        LockedAccount,
    )

    def post(self, parsed_body: Body[PinToConfirm]) -> DatedProfile:
        number, secret, _ = required(parsed_body)
        code = backup_code.as_typed(parsed_body.recovery_pin)
        return proofs.prove_backup_code(phone_number=number, secret=secret, code=code, at=self.received_at)
