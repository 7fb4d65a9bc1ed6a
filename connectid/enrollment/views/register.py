"""POST /users/register (contract 9; apps up to 2.56)."""

from datetime import date
from typing import Annotated, ClassVar

import msgspec

from connectid.devices.authentication import optional_device_basic
from connectid.enrollment import errors, limits
from connectid.enrollment.operations import registration
from connectid.web.client_address import client_address, limit_key
from connectid.web.endpoint import Body
from connectid.web.legacy import LegacyEndpoint


class Registration(msgspec.Struct):
    """Name and password as the app made them, and where pushes reach its phone. A date of birth may come along; it is not kept."""

    username: str | None = None
    password: str | None = None
    phone_number: str | None = None
    recovery_phone: str | None = None
    name: str | None = None
    fcm_token: Annotated[str, msgspec.Meta(max_length=4096, pattern=r"^[!-~]*$")] | None = None


class RegisteredAccount(msgspec.Struct):
    """``db_key`` is the storage key. By ``secondary_phone_validate_by`` the app wants a second number proven."""

    secondary_phone_validate_by: date
    db_key: str


class Register(LegacyEndpoint):
    """Make an account whose number is to be proven by ``validate_phone`` and ``confirm_otp``."""

    auth = (optional_device_basic,)
    spends = (limits.REGISTRATIONS_PER_ADDRESS,)
    refusals: ClassVar = (errors.RegistrationRefused,)

    def post(self, parsed_body: Body[Registration]) -> RegisteredAccount:
        registered = registration.register(
            wish=registration.Wish(
                username=parsed_body.username or "",
                password=parsed_body.password or "",
                phone_number=parsed_body.phone_number or "",
                second_number=parsed_body.recovery_phone or "",
                name=parsed_body.name or "",
                push_address=parsed_body.fcm_token or "",
                address=limit_key(client_address(self.request)),
            ),
            at=self.received_at,
        )
        return RegisteredAccount(
            secondary_phone_validate_by=registered.second_number_wanted_by, db_key=registered.storage_key
        )
