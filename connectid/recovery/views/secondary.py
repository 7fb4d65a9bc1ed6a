"""POST /users/recover/secondary (contract 9)."""

from typing import ClassVar

import msgspec

from connectid.accounts.errors import NoSecondNumber
from connectid.devices.authentication import optional_device_basic
from connectid.recovery import errors
from connectid.recovery.operations import proofs
from connectid.web.endpoint import Body
from connectid.web.legacy import LegacyEndpoint, MissingKeys, required
from connectid.web.problems import Refusal


class RecoverySecret(msgspec.Struct):
    """A recovery session."""

    phone: str | None = None
    secret_key: str | None = None


class SecondNumber(msgspec.Struct):
    """The number that a code went to, in E.164."""

    secondary_phone: str


class Secondary(LegacyEndpoint):
    """Text a code to the account's second number, once the first one is proven."""

    auth = (optional_device_basic,)
    error_key = "error"
    refusals: ClassVar = (
        MissingKeys,
        NoSecondNumber,
        Refusal(errors.UnknownSecret, key="empty"),
        Refusal(errors.WrongStep, key="empty"),
    )

    def post(self, parsed_body: Body[RecoverySecret]) -> SecondNumber:
        number, secret = required(parsed_body)
        return SecondNumber(
            secondary_phone=proofs.send_to_second_number(
                phone_number=number, secret=secret, at=self.received_at
            )
        )
