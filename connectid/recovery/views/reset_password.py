"""POST /users/recover/reset_password (contract 9)."""

from typing import ClassVar

import msgspec

from connectid.accounts.errors import LockedAccount
from connectid.devices.authentication import optional_device_basic
from connectid.devices.errors import PasswordTooSimple
from connectid.recovery import errors
from connectid.recovery.operations import password as passwords
from connectid.web.endpoint import Body
from connectid.web.legacy import LegacyEndpoint, MissingKeys, required
from connectid.web.problems import Refusal


class PasswordToSet(msgspec.Struct):
    """What the app made up; it is the device credential from now on."""

    phone: str | None = None
    secret_key: str | None = None
    password: str | None = None


class ResetPassword(LegacyEndpoint):
    """Give the account the password of this phone. Every other phone, token and push registration ends."""

    auth = (optional_device_basic,)
    error_key = "error"
    refusals: ClassVar = (
        MissingKeys,
        PasswordTooSimple,
        Refusal(errors.UnknownSecret, key="empty"),
        Refusal(errors.WrongStep, key="empty"),
        Refusal(LockedAccount, key="empty"),
    )

    def post(self, parsed_body: Body[PasswordToSet]) -> None:
        number, secret, password = required(parsed_body)
        passwords.reset(phone_number=number, secret=secret, password=password, at=self.received_at)
