"""POST /users/recover/confirm_otp (contract 9)."""

from typing import ClassVar

import msgspec

from connectid.accounts.errors import IncorrectToken
from connectid.devices.authentication import optional_device_basic
from connectid.recovery import errors
from connectid.recovery.operations import proofs
from connectid.web.endpoint import Body
from connectid.web.legacy import LegacyEndpoint, MissingKeys, required
from connectid.web.problems import Refusal


class NumberCode(msgspec.Struct):
    """The code that was texted to the number."""

    phone: str | None = None
    secret_key: str | None = None
    token: str | int | None = None


class ConfirmOtp(LegacyEndpoint):
    """Prove that whoever holds the secret reads the number's texts."""

    auth = (optional_device_basic,)
    error_key = "error"
    refusals: ClassVar = (
        MissingKeys,
        Refusal(errors.UnknownSecret, key="empty"),
        Refusal(errors.WrongStep, key="empty"),
        IncorrectToken,
    )

    def post(self, parsed_body: Body[NumberCode]) -> None:
        number, secret, code = required(parsed_body)
        proofs.prove_number(phone_number=number, secret=secret, code=code, at=self.received_at)
