"""POST /users/recover/confirm_secondary_otp (contract 9)."""

from typing import ClassVar

import msgspec

from connectid.accounts.errors import IncorrectToken, LockedAccount
from connectid.devices.authentication import optional_device_basic
from connectid.recovery import errors
from connectid.recovery.operations import proofs
from connectid.recovery.profile import RecoveredProfile
from connectid.web.endpoint import Body
from connectid.web.legacy import LegacyEndpoint, MissingKeys, required
from connectid.web.problems import Refusal


class SecondNumberCode(msgspec.Struct):
    """The code that was texted to the second number."""

    phone: str | None = None
    secret_key: str | None = None
    token: str | int | None = None


class ConfirmSecondaryOtp(LegacyEndpoint):
    """Prove to be the account's owner by its second number."""

    auth = (optional_device_basic,)
    error_key = "error"
    refusals: ClassVar = (
        MissingKeys,
        Refusal(errors.UnknownSecret, key="empty"),
        Refusal(errors.WrongStep, key="empty"),
        Refusal(LockedAccount, key="empty"),
        IncorrectToken,
    )

    def post(self, parsed_body: Body[SecondNumberCode]) -> RecoveredProfile:
        number, secret, code = required(parsed_body)
        confirmed = proofs.prove_second_number(
            phone_number=number, secret=secret, code=code, at=self.received_at
        )
        return confirmed.undated()
