"""GET /users/phone_available (contract 9; apps up to 2.56)."""

from typing import ClassVar
from urllib.parse import unquote

import msgspec

from connectid.accounts import errors, limits
from connectid.accounts.operations import numbers
from connectid.devices.authentication import optional_device_basic
from connectid.web.client_address import client_address, limit_key
from connectid.web.endpoint import Query
from connectid.web.legacy import LegacyEndpoint
from connectid.web.problems import Refusal


class AskedNumber(msgspec.Struct):
    """The number that somebody types."""

    phone_number: str = ""


class PhoneAvailable(LegacyEndpoint):
    """Whether no account has a number. The app registers such a number only, and recovers only another (E-22)."""

    auth = (optional_device_basic,)
    spends = (limits.AVAILABILITY_PER_ADDRESS,)
    invalid = Refusal(errors.NoNumber, key="empty")
    refusals: ClassVar = (Refusal(errors.NumberTaken, key="empty"),)

    def get(self, parsed_query: Query[AskedNumber]) -> None:
        numbers.require_available(
            number=_as_typed(parsed_query.phone_number),
            address=limit_key(client_address(self.request)),
            at=self.received_at,
        )


def _as_typed(received: str) -> str:
    """Undo what some versions of the app do to the ``+``: encode it twice, or not at all, so that it comes as a blank."""
    number = unquote(received)
    return f"+{number[1:]}" if number.startswith(" ") else number
