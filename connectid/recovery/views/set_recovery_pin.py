"""POST /users/set_recovery_pin (contract 9; apps up to 2.56)."""

from typing import ClassVar

import msgspec

from connectid.devices.authentication import device_basic
from connectid.recovery import errors, limits
from connectid.recovery.operations import backup_code
from connectid.web.endpoint import Body
from connectid.web.legacy import LegacyEndpoint


class NewPin(msgspec.Struct):
    """The backup code as typed; a number is taken too."""

    recovery_pin: str | int | None = None


class SetRecoveryPin(LegacyEndpoint):
    """Give the account a backup code, in place of the one that it may have."""

    auth = (device_basic,)
    spends = (limits.SECRETS_PER_ACCOUNT,)
    error_key = "error"
    invalid = errors.MissingBackupCode
    refusals: ClassVar = (errors.MissingBackupCode,)

    def post(self, parsed_body: Body[NewPin]) -> None:
        backup_code.replace(
            device=device_basic.principal(self.request), code=backup_code.as_typed(parsed_body.recovery_pin)
        )
