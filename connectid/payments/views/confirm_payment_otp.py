"""POST /users/profile/confirm_payment_otp (contract 10)."""

from typing import ClassVar

import msgspec

from connectid.accounts.errors import IncorrectToken
from connectid.devices.authentication import device_basic
from connectid.payments.operations import numbers
from connectid.web.endpoint import Body, Endpoint


class PaymentToken(msgspec.Struct):
    """The code as typed; a number is taken too."""

    token: str | int | None = None


class Confirmed(msgspec.Struct):
    """It was the right one."""

    success: bool = True


class ConfirmPaymentOtp(Endpoint):
    """Prove the number at which the caller wants to be paid."""

    auth = (device_basic,)
    error_key = "error"
    invalid = IncorrectToken
    refusals: ClassVar = (IncorrectToken,)

    def post(self, parsed_body: Body[PaymentToken]) -> Confirmed:
        numbers.confirm(
            account_id=device_basic.principal(self.request).account_id,
            code="" if parsed_body.token is None else str(parsed_body.token),
            at=self.received_at,
        )
        return Confirmed()
