"""POST /users/send_email_otp (contract 5.12)."""

from http import HTTPStatus
from typing import ClassVar

import msgspec

from connectid.devices.authentication import device_basic
from connectid.enrollment import errors
from connectid.enrollment.authentication import email_owner, enrollment_session
from connectid.enrollment.operations import email
from connectid.toggles.switched import SwitchedEndpoint
from connectid.web.endpoint import Body
from connectid.web.problems import Refusal


class EmailAddress(msgspec.Struct):
    """The address to prove."""

    email: str | None = None


class SendEmailOtp(SwitchedEndpoint):
    """Mail a code to the address. Off unless the switch `email_otp_verification` is on."""

    switch = "email_otp_verification"
    auth = (device_basic, enrollment_session)
    invalid = errors.MissingEmail
    refusals: ClassVar = (
        errors.InvalidEmail,
        errors.PhoneNotProven,
        Refusal(errors.TooManyRequests, HTTPStatus.TOO_MANY_REQUESTS, tells_retry=True),
    )

    def post(self, parsed_body: Body[EmailAddress]) -> None:
        email.send_code(owner=email_owner(self.request), email=parsed_body.email or "", at=self.received_at)
