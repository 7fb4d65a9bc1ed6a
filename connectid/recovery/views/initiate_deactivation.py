"""POST /users/recover/initiate_deactivation (contract 9)."""

from typing import ClassVar

import msgspec

from connectid.devices.authentication import optional_device_basic
from connectid.recovery import errors
from connectid.recovery.operations import leaving
from connectid.web.endpoint import Body
from connectid.web.legacy import LegacyEndpoint, MissingKeys, required
from connectid.web.problems import Refusal


class Leaver(msgspec.Struct):
    """A recovery session whose number is proven."""

    phone_number: str | None = None
    secret_key: str | None = None


class InitiateDeactivation(LegacyEndpoint):
    """Text a code to the number that will close its account."""

    auth = (optional_device_basic,)
    refusals: ClassVar = (
        Refusal(MissingKeys, key="error"),
        errors.NobodyToClose,
        errors.UnknownSecret,
    )

    def post(self, parsed_body: Body[Leaver]) -> None:
        number, secret = required(parsed_body)
        leaving.send_code(phone_number=number, secret=secret, at=self.received_at)
