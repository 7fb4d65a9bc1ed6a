"""What the holder of a recovery session shows: that they read the number's texts, and that the account is theirs."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from connectid.accounts.errors import IncorrectToken, LockedAccount, NoSecondNumber
from connectid.accounts.models import Account
from connectid.devices.errors import InvalidDeviceCredential, LoginFromDifferentDevice
from connectid.devices.operations import credentials
from connectid.recovery import errors, queries
from connectid.recovery.models import Proof, RecoverySession, Step
from connectid.recovery.operations import backup_code, closing, sessions
from connectid.recovery.operations.backup_code import Outcome
from connectid.recovery.profile import DatedProfile
from connectid.verification import operations as verification
from connectid.verification.models import Transport

SECOND_NUMBER_CODE = "recover_second"
"""Purpose of the codes that prove the account's second number."""

REPEATED_AFTER = timedelta(seconds=10)
"""A request that comes sooner after the one that succeeded is a second use of the code, not a repeat of a lost one."""

PROVING = (Step.NUMBER_PROVEN, Step.OWNER_PROVEN)
"""Steps in which the owner may be proven: again, too, by an app that missed our answer."""


def prove_number(*, phone_number: str, secret: str, code: str, at: datetime) -> None:
    """Accept the code that was texted to the account's number.

    A code works once; an app that missed our answer asks again after its time-out, and then what was proven stays so.
    Raises ``UnknownSecret``, ``WrongStep`` and :class:`~connectid.accounts.errors.IncorrectToken`.
    """
    steps = (Step.STARTED, Step.NUMBER_PROVEN)
    session = sessions.opened(phone_number=phone_number, secret=secret, steps=steps, at=at)
    if session.step == Step.NUMBER_PROVEN and _is_repeat(session, at):
        return
    with transaction.atomic():
        refusal = verification.check(
            address=session.phone_number,
            purpose=sessions.NUMBER_CODE,
            scope=session.challenge_scope,
            code=code,
            at=at,
        )
        if refusal is None:
            sessions.move(session, to=Step.NUMBER_PROVEN, steps=(Step.STARTED,), at=at)
    if refusal is not None:
        # Only now: an exception inside would undo the count of this attempt.
        raise IncorrectToken from refusal


def send_to_second_number(*, phone_number: str, secret: str, at: datetime) -> str:
    """Have a code texted to the account's second number, and return that number.

    Only to one that the owner proved: a mistyped one is a stranger's. Silently no text where a limit says wait (contract 16, E-76). Raises ``UnknownSecret``, ``WrongStep`` and
    :class:`~connectid.accounts.errors.NoSecondNumber`.
    """
    session = sessions.opened(phone_number=phone_number, secret=secret, steps=(Step.NUMBER_PROVEN,), at=at)
    owner = _owner(session)
    if not owner.is_active:
        raise errors.WrongStep
    second = owner.secondary_phone
    if not second or owner.secondary_phone_proven_at is None:
        raise NoSecondNumber
    lifetime = timedelta(seconds=settings.CODE_LIFETIME)
    sessions.wait_on(session, until=at + lifetime, at=at)
    with transaction.atomic():
        verification.send(
            address=second,
            transport=Transport.SMS,
            purpose=SECOND_NUMBER_CODE,
            scope=session.challenge_scope,
            lifetime=lifetime,
            at=at,
        )
    return second


def prove_second_number(*, phone_number: str, secret: str, code: str, at: datetime) -> DatedProfile:
    """Accept the code that was texted to the account's second number.

    Raises ``UnknownSecret``, ``WrongStep``, ``IncorrectToken`` and :class:`~connectid.accounts.errors.LockedAccount`.
    """
    session = sessions.opened(phone_number=phone_number, secret=secret, steps=PROVING, at=at)
    if session.owner_proven_by == Proof.SECOND_NUMBER and _is_repeat(session, at):
        return queries.profile(_owner(session).pk, at=at)
    owner = _owner(session)
    if not owner.is_active:
        raise LockedAccount
    with transaction.atomic():
        refusal = verification.check(
            address=owner.secondary_phone,
            purpose=SECOND_NUMBER_CODE,
            scope=session.challenge_scope,
            code=code,
            at=at,
        )
        if refusal is None:
            _owner_proven(session, Proof.SECOND_NUMBER, at)
    if refusal is not None:
        raise IncorrectToken from refusal
    return queries.profile(owner.pk, at=at)


def prove_backup_code(*, phone_number: str, secret: str, code: str, at: datetime) -> DatedProfile:
    """Accept the account's backup code. Its tries are the same three as on every other path (contract 16, E-18).

    Raises ``UnknownSecret``, ``WrongStep``, :class:`~connectid.recovery.errors.IncorrectBackupCode`,
    :class:`~connectid.recovery.errors.NoBackupCode` and :class:`~connectid.accounts.errors.LockedAccount`.
    """
    session = sessions.opened(phone_number=phone_number, secret=secret, steps=PROVING, at=at)
    account_id = _owner(session).pk
    match backup_code.check(account_id=account_id, code=code, at=at).outcome:
        case Outcome.WRONG:
            raise errors.IncorrectBackupCode
        case Outcome.LOCKED:
            raise LockedAccount
        case Outcome.NOT_SET:
            raise errors.NoBackupCode
    with transaction.atomic():
        _owner_proven(session, Proof.BACKUP_CODE, at)
    return queries.profile(account_id, at=at)


def prove_password(
    *, phone_number: str, secret: str, password: str, address: str, at: datetime
) -> DatedProfile:
    """Accept the account's password, or the device credential that an older app's user knows as one.

    A try is counted and committed before it is judged. ``address`` is what limits per address count by. Raises
    ``UnknownSecret``, ``WrongStep``, :class:`~connectid.recovery.errors.IncorrectPassword`, ``LockedAccount`` and
    :class:`~connectid.core.ratelimit.Throttled`.
    """
    session = sessions.opened(phone_number=phone_number, secret=secret, steps=PROVING, at=at)
    if not sessions.count_password(session):
        raise errors.IncorrectPassword
    owner = _owner(session)
    try:
        credentials.authenticate(username=owner.username, credential=password, address=address, at=at)
    except (InvalidDeviceCredential, LoginFromDifferentDevice) as error:
        raise errors.IncorrectPassword from error
    with transaction.atomic():
        _owner_proven(session, Proof.PASSWORD, at)
    return queries.profile(owner.pk, at=at)


def _owner(session: RecoverySession) -> Account:
    """The account of a session whose number is proven, which only a session with an account can be."""
    assert session.account is not None
    return session.account


def _owner_proven(session: RecoverySession, proof: Proof, at: datetime) -> None:
    """Move on, unless the account was closed meanwhile. Inside the caller's transaction; two statements."""
    closing.require_active(account_id=_owner(session).pk)
    sessions.move(session, to=Step.OWNER_PROVEN, steps=PROVING, at=at, proof=proof)


def _is_repeat(session: RecoverySession, at: datetime) -> bool:
    return at - session.moved_at >= REPEATED_AFTER
