"""POST /users/recover/confirm_password (contract 9)."""

from typing import ClassVar

import msgspec

from connectid.accounts.errors import LockedAccount
from connectid.devices.authentication import optional_device_basic
from connectid.recovery import errors
from connectid.recovery.operations import proofs
from connectid.recovery.profile import DatedProfile
from connectid.web.client_address import client_address, limit_key
from connectid.web.endpoint import Body
from connectid.web.legacy import LegacyEndpoint, MissingKeys, required
from connectid.web.problems import Refusal


class PasswordToConfirm(msgspec.Struct):
    """The account's password."""

    phone: str | None = None
    secret_key: str | None = None
    password: str | None = None


class ConfirmPassword(LegacyEndpoint):
    """Prove to be the account's owner by its password."""

    auth = (optional_device_basic,)
    error_key = "error"
    refusals: ClassVar = (
        MissingKeys,
        Refusal(errors.UnknownSecret, key="empty"),
        Refusal(errors.WrongStep, key="empty"),
        Refusal(errors.IncorrectPassword, key="empty"),
        Refusal(LockedAccount, key="empty"),
    )

    def post(self, parsed_body: Body[PasswordToConfirm]) -> DatedProfile:
        number, secret, password = required(parsed_body)
        return proofs.prove_password(
            phone_number=number,
            secret=secret,
            password=password,
            address=limit_key(client_address(self.request)),
            at=self.received_at,
        )
