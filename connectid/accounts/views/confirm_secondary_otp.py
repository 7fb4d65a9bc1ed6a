"""POST /users/confirm_secondary_otp (contract 9; apps up to 2.56)."""

from typing import ClassVar

import msgspec

from connectid.accounts import errors
from connectid.accounts.operations import numbers
from connectid.devices.authentication import device_basic
from connectid.web.endpoint import Body
from connectid.web.legacy import LegacyEndpoint


class SecondNumberToken(msgspec.Struct):
    """The code as typed; a number is taken too."""

    token: str | int | None = None


class ConfirmAccountSecondaryOtp(LegacyEndpoint):
    """Prove the account's second number by the code that was texted to it."""

    auth = (device_basic,)
    error_key = "error"
    invalid = errors.IncorrectToken
    refusals: ClassVar = (errors.IncorrectToken, errors.NoSecondNumber)

    def post(self, parsed_body: Body[SecondNumberToken]) -> None:
        numbers.confirm_second(
            account_id=device_basic.principal(self.request).account_id,
            code="" if parsed_body.token is None else str(parsed_body.token),
            at=self.received_at,
        )
