"""GET /users/generate_manual_otp (contract 7.9)."""

from typing import ClassVar

import msgspec

from connectid.enrollment import errors, limits
from connectid.enrollment.operations import phone
from connectid.oauth.authentication import client_basic
from connectid.oauth.permissions import Permission
from connectid.web.endpoint import Endpoint, Query

may_read_codes = client_basic(Permission.OTP)


class Number(msgspec.Struct):
    """The number whose code support wants to read out."""

    phone_number: str = ""


class ManualOtp(msgspec.Struct):
    """The live code."""

    otp: str


class GenerateManualOtp(Endpoint):
    """The live code of a number's latest session, for support to read to a worker whom no text reaches."""

    auth = (may_read_codes,)
    spends = (limits.CODES_READ_PER_CLIENT,)
    invalid = errors.MissingPhoneNumber
    refusals: ClassVar = (errors.NoCodeToRead, errors.TooManyRequests)

    def get(self, parsed_query: Query[Number]) -> ManualOtp:
        client = may_read_codes.principal(self.request)
        return ManualOtp(
            otp=phone.read_code(
                phone_number=parsed_query.phone_number, reader=client.client_id, at=self.received_at
            )
        )
