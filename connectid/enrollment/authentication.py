"""The enrollment session as a credential (contract A3): ``Authorization: Bearer <key>``."""

from typing import ClassVar

from django.http import HttpRequest

from connectid.accounts.errors import LockedAccount
from connectid.core import clock
from connectid.devices.queries import KnownDevice
from connectid.enrollment import errors
from connectid.enrollment.models import EnrollmentSession
from connectid.enrollment.operations import phone, sessions
from connectid.web import limits
from connectid.web.authentication import InvalidTokenHeader, Scheme, bearer_token
from connectid.web.problems import NotAuthenticated, Refusal

CHALLENGE = "Bearer"


class EnrollmentSessionBearer(Scheme[EnrollmentSession]):
    """The key that start_configuration returned as ``token``."""

    name = "enrollment_session"
    http_scheme = "Bearer"
    challenge = CHALLENGE
    limit = limits.CALLS_PER_PHONE
    description = "Key of an enrollment session, as start_configuration returned it (contract A3)."
    missing = Refusal(NotAuthenticated, key="detail", challenge=CHALLENGE)
    refusals: ClassVar[tuple[Refusal, ...]] = (
        Refusal(errors.InvalidSession, challenge=CHALLENGE),
        Refusal(errors.SessionExpired, challenge=CHALLENGE),
        Refusal(LockedAccount, challenge=CHALLENGE),
        Refusal(InvalidTokenHeader, key="detail", challenge=CHALLENGE),
    )

    def authenticate(self, request: HttpRequest, credentials: str) -> EnrollmentSession:
        """Raise one of :attr:`refusals`, or return the session."""
        return sessions.authenticate(key=bearer_token(credentials), at=clock.now())

    def holder(self, request: HttpRequest, principal: EnrollmentSession) -> str:
        """The session's."""
        return f"session {principal.pk}"


class InvitedSessionBearer(EnrollmentSessionBearer):
    """A session of an invited number; others are refused before their body is read (contract 2.1, 5.4)."""

    refusals: ClassVar = (*EnrollmentSessionBearer.refusals, Refusal(errors.NotInvited))

    def authenticate(self, request: HttpRequest, credentials: str) -> EnrollmentSession:
        """Raise one of :attr:`refusals`, or return the session."""
        session = super().authenticate(request, credentials)
        phone.require_invited(session)
        return session


enrollment_session = EnrollmentSessionBearer()
invited_session = InvitedSessionBearer()


def email_owner(request: HttpRequest) -> EnrollmentSession | KnownDevice:
    """Who proves an email address: the device of an account, or a session on its way to one."""
    session: EnrollmentSession | KnownDevice = enrollment_session.principal(request)
    return session
