"""POST /users/change_password (contract 9; apps up to 2.56)."""

from typing import ClassVar

import msgspec

from connectid.devices.authentication import device_basic
from connectid.devices.errors import PasswordTooSimple
from connectid.recovery import errors, limits
from connectid.recovery.operations import password
from connectid.web.endpoint import Body
from connectid.web.legacy import LegacyEndpoint


class NewPassword(msgspec.Struct):
    """What the app will prove itself with."""

    password: str | None = None


class ChangePassword(LegacyEndpoint):
    """Give the account another password; its credential, former password and tokens end."""

    auth = (device_basic,)
    spends = (limits.SECRETS_PER_ACCOUNT,)
    error_key = "error"
    invalid = errors.NoPassword
    refusals: ClassVar = (errors.NoPassword, PasswordTooSimple)

    def post(self, parsed_body: Body[NewPassword]) -> None:
        password.change(
            device=device_basic.principal(self.request),
            password=parsed_body.password or "",
            at=self.received_at,
        )
