"""POST /users/profile/payment_phone_number (contract 10)."""

from typing import ClassVar

import msgspec

from connectid.devices.authentication import device_basic
from connectid.payments import errors
from connectid.payments.operations import numbers
from connectid.web.endpoint import Body, Endpoint


class NumberToBePaidAt(msgspec.Struct):
    """The number, and whose line it is."""

    phone_number: str | None = None
    owner_name: str | None = None


class PaymentPhoneNumber(Endpoint):
    """Name the number at which the caller wants to be paid; a code is texted there."""

    auth = (device_basic,)
    error_key = "error"
    invalid = errors.NumberRefused
    refusals: ClassVar = (errors.NumberRefused,)

    def post(self, parsed_body: Body[NumberToBePaidAt]) -> None:
        numbers.name_number(
            account_id=device_basic.principal(self.request).account_id,
            phone_number=parsed_body.phone_number or "",
            owner_name=parsed_body.owner_name or "",
            at=self.received_at,
        )
