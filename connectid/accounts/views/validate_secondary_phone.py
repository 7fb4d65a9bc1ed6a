"""POST /users/validate_secondary_phone (contract 9; apps up to 2.56)."""

from typing import ClassVar

from connectid.accounts import errors
from connectid.accounts.operations import numbers
from connectid.devices.authentication import device_basic
from connectid.web.legacy import LegacyEndpoint


class ValidateSecondaryPhone(LegacyEndpoint):
    """Have a code texted to the account's second number; 200 also where a limit holds the text back (E-76)."""

    auth = (device_basic,)
    error_key = "error"
    refusals: ClassVar = (errors.NoSecondNumber,)

    def post(self) -> None:
        numbers.send_code_to_second(
            account_id=device_basic.principal(self.request).account_id, at=self.received_at
        )
