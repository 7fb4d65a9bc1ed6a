"""POST /users/confirm_otp (contract 9; apps up to 2.56)."""

from typing import ClassVar

import msgspec

from connectid.accounts import errors
from connectid.accounts.operations import numbers
from connectid.devices.authentication import device_basic
from connectid.web.endpoint import Body
from connectid.web.legacy import LegacyEndpoint


class NumberToken(msgspec.Struct):
    """The code as typed; a number is taken too."""

    token: str | int | None = None


class ConfirmAccountOtp(LegacyEndpoint):
    """Make the number that the code was texted to the account's own."""

    auth = (device_basic,)
    error_key = "error"
    invalid = errors.IncorrectToken
    refusals: ClassVar = (errors.IncorrectToken, errors.NumberOwned, errors.LockedAccount)

    def post(self, parsed_body: Body[NumberToken]) -> None:
        numbers.confirm(
            account_id=device_basic.principal(self.request).account_id,
            code="" if parsed_body.token is None else str(parsed_body.token),
            at=self.received_at,
        )
