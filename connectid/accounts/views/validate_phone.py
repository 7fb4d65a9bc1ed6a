"""POST /users/validate_phone (contract 9; apps up to 2.56)."""

from connectid.accounts.operations import numbers
from connectid.devices.authentication import device_basic
from connectid.web.legacy import LegacyEndpoint


class ValidatePhone(LegacyEndpoint):
    """Have a code texted to the number of the caller's account; 200 also where a limit holds the text back (E-76)."""

    auth = (device_basic,)

    def post(self) -> None:
        numbers.send_code(account_id=device_basic.principal(self.request).account_id, at=self.received_at)
