"""POST /users/confirm_session_otp (contract 5.4)."""

import msgspec

from connectid.enrollment.authentication import invited_session
from connectid.enrollment.operations import phone
from connectid.verification.errors import IncorrectCode
from connectid.web.endpoint import Body, Endpoint
from connectid.web.problems import Refusal


class SessionOtp(msgspec.Struct):
    """The code as typed; a number is taken too."""

    otp: str | int | None = None


class ConfirmSessionOtp(Endpoint):
    """Prove control of the number being enrolled by the code that was texted to it."""

    auth = (invited_session,)
    invalid = Refusal(IncorrectCode, key="error")

    def post(self, parsed_body: Body[SessionOtp]) -> None:
        session = invited_session.principal(self.request)
        code = "" if parsed_body.otp is None else str(parsed_body.otp)
        phone.confirm_code(session=session, code=code, at=self.received_at)
