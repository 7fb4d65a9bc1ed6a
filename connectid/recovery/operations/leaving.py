"""Closing one's own account without being able to sign in: by two codes, both texted to its number."""

from datetime import datetime, timedelta

from django.db import transaction

from connectid.accounts.errors import LockedAccount
from connectid.recovery import errors
from connectid.recovery.models import RecoverySession, Step
from connectid.recovery.operations import closing, sessions
from connectid.recovery.operations.proofs import PROVING
from connectid.verification import operations as verification
from connectid.verification import queries as challenges
from connectid.verification.models import Transport

CLOSING_CODE = "deactivate"
"""Purpose of the codes that close an account; their text says so (``verification.messages``)."""

CODE_LIFETIME = timedelta(minutes=10)
"""What older apps know of (contract 9)."""


def send_code(*, phone_number: str, secret: str, at: datetime) -> None:
    """Have a code texted to the account's number that will close it; silently no text where a limit says wait.

    A stranger gets the same refusal for every number, whether an account has it or not: what comes first is a session whose
    number is proven (contract 16, E-22). Raises :class:`~connectid.recovery.errors.UnknownSecret` and
    :class:`~connectid.recovery.errors.NobodyToClose`.
    """
    session = _opened(phone_number=phone_number, secret=secret, at=at)
    # Longer than the code, so that one that comes too late is told to be late.
    sessions.wait_on(session, until=at + CODE_LIFETIME + sessions.LIFETIME, at=at)
    with transaction.atomic():
        verification.send(
            address=session.phone_number,
            transport=Transport.SMS,
            purpose=CLOSING_CODE,
            scope=session.challenge_scope,
            lifetime=CODE_LIFETIME,
            at=at,
        )


def confirm(*, phone_number: str, secret: str, code: str, at: datetime) -> None:
    """Close the account for good, with everything it granted, whatever its number (:func:`.closing.deactivate`).

    Raises ``UnknownSecret``, ``NobodyToClose``, :class:`~connectid.recovery.errors.IncorrectClosingCode` and
    :class:`~connectid.recovery.errors.ClosingCodeExpired`.
    """
    session = _opened(phone_number=phone_number, secret=secret, at=at)
    code_of = {"address": session.phone_number, "purpose": CLOSING_CODE, "scope": session.challenge_scope}
    with transaction.atomic():
        refusal = verification.check(**code_of, code=code, at=at)
        if refusal is None:
            _close(session, at)
    if refusal is not None:
        # Only now: an exception inside would undo the count of this attempt.
        expired = challenges.has_expired(**code_of, at=at)
        raise (errors.ClosingCodeExpired if expired else errors.IncorrectClosingCode) from refusal


def _close(session: RecoverySession, at: datetime) -> None:
    assert session.account_id is not None
    try:
        closing.require_active(account_id=session.account_id)
    except LockedAccount as error:
        raise errors.NobodyToClose from error
    try:
        sessions.move(session, to=Step.FINISHED, steps=PROVING, at=at)
    except errors.WrongStep as error:  # another request finished it in this moment
        raise errors.UnknownSecret from error
    closing.deactivate(account_id=session.account_id, at=at)


def _opened(*, phone_number: str, secret: str, at: datetime) -> RecoverySession:
    """The session, once its number is proven: before that it is as good as unknown."""
    try:
        session = sessions.opened(phone_number=phone_number, secret=secret, steps=PROVING, at=at)
    except errors.WrongStep as error:
        raise errors.UnknownSecret from error
    if session.account is None or not session.account.is_active:
        raise errors.NobodyToClose
    return session
