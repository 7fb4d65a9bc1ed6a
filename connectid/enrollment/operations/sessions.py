"""The enrollment session itself: its key, checking it, forgetting it."""

from datetime import datetime, timedelta

from connectid.accounts.errors import LockedAccount
from connectid.core import batches, secrets
from connectid.enrollment import errors, queries
from connectid.enrollment.models import EnrollmentSession
from connectid.enrollment.queries import SESSION
from connectid.recovery.operations import lifting

LIFETIME = timedelta(hours=4)
"""For how long a session may enrol its number (contract A3)."""


KEPT = timedelta(days=30)
"""For how long an expired session is kept: its phone must hear that it expired, not that it is unknown."""


def authenticate(*, key: str, at: datetime) -> EnrollmentSession:
    """Return the live session that ``key`` opens; one statement, and more only to end a lock whose time has come.

    Raises :class:`~connectid.enrollment.errors.InvalidSession`, :class:`~connectid.enrollment.errors.SessionExpired` and
    :class:`~connectid.accounts.errors.LockedAccount`, in this order (contract A3).
    """
    found = queries.session_with_key(key)
    if found is None:
        raise errors.InvalidSession
    session, is_locked = found
    if session.expires_at <= at:
        raise errors.SessionExpired
    if is_locked and not lifting.lift_of_number(phone_number=session.phone_number, at=at):
        raise LockedAccount
    return session


def new_key() -> tuple[str, str]:
    """Make a session key: 64 hexadecimal characters for the phone, and their digest for the row."""
    key = secrets.new_token(32)
    return key, secrets.digest(key, purpose=SESSION)


def prune(*, at: datetime) -> int:
    """Delete sessions that expired more than :data:`KEPT` ago, in batches; return how many. Run by a scheduled job."""
    return batches.delete(EnrollmentSession.objects.filter(expires_at__lt=at - KEPT))
