"""POST /users/change_phone (contract 9; apps up to 2.56)."""

from typing import ClassVar

import msgspec

from connectid.accounts import errors
from connectid.accounts.operations import numbers
from connectid.devices.authentication import device_basic
from connectid.web.endpoint import Body
from connectid.web.legacy import LegacyEndpoint


class NewNumber(msgspec.Struct):
    """The number that the account waits to prove, and the one to wait for instead."""

    old_phone_number: str | None = None
    new_phone_number: str | None = None


class ChangePhone(LegacyEndpoint):
    """Correct a number that was not proven yet; the new one counts once ``confirm_otp`` proved it (E-59)."""

    auth = (device_basic,)
    error_key = "error"
    refusals: ClassVar = (errors.NumberProven, errors.OtherOldNumber, errors.NewNumberRefused)

    def post(self, parsed_body: Body[NewNumber]) -> None:
        numbers.change(
            account_id=device_basic.principal(self.request).account_id,
            old=parsed_body.old_phone_number or "",
            new=parsed_body.new_phone_number or "",
            at=self.received_at,
        )
