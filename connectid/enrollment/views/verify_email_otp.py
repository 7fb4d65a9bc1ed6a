"""POST /users/verify_email_otp (contract 5.13)."""

from http import HTTPStatus
from typing import ClassVar

import msgspec

from connectid.accounts.errors import EmailInUse
from connectid.devices.authentication import device_basic
from connectid.enrollment import errors
from connectid.enrollment.authentication import email_owner, enrollment_session
from connectid.enrollment.operations import email
from connectid.toggles.switched import SwitchedEndpoint
from connectid.verification.errors import IncorrectCode
from connectid.web.endpoint import Body
from connectid.web.problems import Refusal


class EmailOtp(msgspec.Struct):
    """The address and the code that was mailed to it; a number is taken too."""

    email: str | None = None
    otp: str | int | None = None


class VerifyEmailOtp(SwitchedEndpoint):
    """Prove an email address. Off unless the switch `email_otp_verification` is on."""

    switch = "email_otp_verification"
    auth = (device_basic, enrollment_session)
    invalid = errors.MissingEmail
    refusals: ClassVar = (
        errors.InvalidEmail,
        errors.PhoneNotProven,
        Refusal(EmailInUse, HTTPStatus.BAD_REQUEST),
        IncorrectCode,
    )

    def post(self, parsed_body: Body[EmailOtp]) -> None:
        email.confirm_code(
            owner=email_owner(self.request),
            email=parsed_body.email or "",
            code="" if parsed_body.otp is None else str(parsed_body.otp),
            at=self.received_at,
        )
