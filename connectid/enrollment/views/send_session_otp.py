"""POST /users/send_session_otp (contract 5.3)."""

from connectid.enrollment.authentication import invited_session
from connectid.enrollment.operations import phone
from connectid.web.endpoint import Endpoint


class SendSessionOtp(Endpoint):
    """Text a code to the session's number. Answers 200 also where a limit keeps it from being sent. Reads no body."""

    auth = (invited_session,)

    def post(self) -> None:
        phone.send_code(session=invited_session.principal(self.request), at=self.received_at)
