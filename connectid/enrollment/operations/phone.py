"""Proving control of the session's number: by Firebase, or by a code we send."""

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction

from connectid.core import phone, ratelimit
from connectid.core.errors import DomainError
from connectid.core.phone import UnparsablePhoneNumber
from connectid.enrollment import errors, limits, queries
from connectid.enrollment.models import EnrollmentSession, ProofMethod
from connectid.enrollment.operations import sessions
from connectid.providers import phone_proof
from connectid.providers.errors import Rejected, Unavailable
from connectid.verification import operations as verification
from connectid.verification.models import Transport

log = structlog.get_logger(__name__)

REPEATED_AFTER = timedelta(seconds=10)
"""A request that comes sooner after the one that succeeded is a second use of the code, not a repeat of a lost one."""

PURPOSE = "enroll_phone"
"""Purpose of the codes that prove a session's number."""


def prove_by_firebase(*, session: EnrollmentSession, token: str, at: datetime) -> None:
    """Accept a Firebase ID token that names the session's number (contract 5.2).

    Asks Google only for certificates, and those are cached. Raises
    :class:`~connectid.enrollment.errors.MissingIdToken`, ``IdTokenRefused``, ``IdTokenWithoutUid``, ``PhoneMismatch`` and
    ``ProofUnavailable``.
    """
    if not token:
        raise errors.MissingIdToken
    try:
        proven = phone_proof.pick().verify(token, at=at)
    except Unavailable as unavailable:
        raise errors.ProofUnavailable from unavailable
    except Rejected as rejected:
        raise _refused(rejected) from rejected
    if _e164(proven.phone_number) != session.phone_number:
        raise errors.PhoneMismatch
    _proven(session, ProofMethod.FIREBASE, at)


def _refused(rejected: Rejected) -> DomainError:
    match rejected.reason:
        case phone_proof.NO_UID:
            return errors.IdTokenWithoutUid()
        case phone_proof.NO_PHONE:
            return errors.PhoneMismatch()
    return errors.IdTokenRefused()


def _e164(number: str) -> str | None:
    try:
        return phone.parse(number).e164
    except UnparsablePhoneNumber:
        return None


def require_invited(session: EnrollmentSession) -> None:
    """Raise :class:`~connectid.enrollment.errors.NotInvited` for a session that gets no texts from us."""
    if not session.is_invited:
        raise errors.NotInvited


def send_code(*, session: EnrollmentSession, at: datetime) -> None:
    """Have a code texted to the session's number; silently nothing where a limit says wait (contract 5.3, E-76).

    A number that its carrier calls a landline gets no text either. The text is sent by a job. Raises :class:`~connectid.enrollment.errors.NotInvited`.
    """
    require_invited(session)
    if not session.gets_texts:
        log.info("text_not_sent", reason=session.line_type)
        return
    with transaction.atomic():
        verification.send(
            address=session.phone_number,
            transport=Transport.SMS,
            purpose=PURPOSE,
            scope=session.challenge_scope,
            lifetime=timedelta(seconds=settings.CODE_LIFETIME),
            at=at,
        )


def confirm_code(*, session: EnrollmentSession, code: str, at: datetime) -> None:
    """Mark the number proven, or refuse and remember the failed attempt (contract 5.4).

    A code works once. A phone that missed our answer asks again after its time-out of 30 seconds, and then a session that is
    proven stays so, whatever the code (:data:`REPEATED_AFTER`). Raises
    :class:`~connectid.enrollment.errors.NotInvited` and :class:`~connectid.verification.errors.IncorrectCode`.
    """
    require_invited(session)
    proven_at = session.phone_proven_at if session.proof_method == ProofMethod.SMS else None
    if proven_at is not None and at - proven_at >= REPEATED_AFTER:
        return
    with transaction.atomic():
        refusal = verification.check(
            address=session.phone_number, purpose=PURPOSE, scope=session.challenge_scope, code=code, at=at
        )
        if refusal is None:
            _proven(session, ProofMethod.SMS, at)
    if refusal is not None:
        # Only now: an exception inside would undo the count of this attempt.
        raise refusal


def read_code(*, phone_number: str, reader: str, at: datetime) -> str:
    """Return the live code of the number's latest session, for support to read out; session and code get four more hours.

    ``reader`` is the client that asks, for the audit log. Raises ``MissingPhoneNumber``, ``NoCodeToRead`` and
    ``TooManyRequests`` (contract 7.9, E-12, E-75).
    """
    if not phone_number:
        raise errors.MissingPhoneNumber
    try:
        ratelimit.spend(limits.CODES_READ_PER_CLIENT, reader)
    except ratelimit.Throttled as throttled:
        raise errors.TooManyRequests(retry_after=throttled.retry_after) from throttled
    until = at + sessions.LIFETIME
    with transaction.atomic():
        session = queries.latest_live_session(_e164(phone_number) or "", at=at)
        code = session and verification.manual_code(
            address=session.phone_number,
            purpose=PURPOSE,
            scope=session.challenge_scope,
            valid_until=until,
            at=at,
        )
        if session and code:
            EnrollmentSession.objects.filter(pk=session.pk).update(expires_at=until)
    if not session or not code:
        raise errors.NoCodeToRead
    log.info("manual_code_read", client=reader, session_id=session.pk)
    return code


def _proven(session: EnrollmentSession, method: ProofMethod, at: datetime) -> None:
    session.phone_proven_at = at
    session.proof_method = method
    session.save(update_fields=["phone_proven_at", "proof_method"])
