"""POST /users/recover (contract 9)."""

from typing import ClassVar

import msgspec

from connectid.devices.authentication import optional_device_basic
from connectid.recovery import errors, limits
from connectid.recovery.operations import sessions
from connectid.web.client_address import client_address, limit_key
from connectid.web.endpoint import Body
from connectid.web.legacy import LegacyEndpoint, MissingKeys, required


class NumberToRecover(msgspec.Struct):
    """Whose account is to be recovered."""

    phone: str | None = None


class RecoveryStarted(msgspec.Struct):
    """The secret that the further calls are made with: 64 hexadecimal characters."""

    secret: str


class Recover(LegacyEndpoint):
    """Start a recovery: a code goes to the number, if an account has it. The answer is the same if none has (E-22)."""

    auth = (optional_device_basic,)
    spends = (limits.RECOVERIES_PER_ADDRESS,)
    error_key = "error"
    refusals: ClassVar = (MissingKeys, errors.NotANumber)

    def post(self, parsed_body: Body[NumberToRecover]) -> RecoveryStarted:
        (number,) = required(parsed_body)
        address = limit_key(client_address(self.request))
        return RecoveryStarted(
            secret=sessions.start(phone_number=number, address=address, at=self.received_at)
        )
