"""POST /users/recover/confirm_deactivation (contract 9)."""

from typing import ClassVar

import msgspec

from connectid.devices.authentication import optional_device_basic
from connectid.recovery import errors
from connectid.recovery.operations import leaving
from connectid.web.endpoint import Body
from connectid.web.legacy import LegacyEndpoint, MissingKeys, required
from connectid.web.problems import Refusal


class ClosingCode(msgspec.Struct):
    """The code that closes the account."""

    phone_number: str | None = None
    secret_key: str | None = None
    token: str | int | None = None


class ConfirmDeactivation(LegacyEndpoint):
    """Close the number's account, with everything it granted."""

    auth = (optional_device_basic,)
    refusals: ClassVar = (
        Refusal(MissingKeys, key="error"),
        errors.NobodyToClose,
        errors.UnknownSecret,
        errors.IncorrectClosingCode,
        errors.ClosingCodeExpired,
    )

    def post(self, parsed_body: Body[ClosingCode]) -> None:
        number, secret, code = required(parsed_body)
        leaving.confirm(phone_number=number, secret=secret, code=code, at=self.received_at)
