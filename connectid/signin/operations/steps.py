"""The steps of signing in, in their order. Each moves a sign-in forward by a conditional update; none moves it back."""

from datetime import datetime, timedelta
from math import ceil

import structlog
from django.db import transaction

from connectid.accounts.errors import LockedAccount
from connectid.accounts.models import Account
from connectid.core import secrets
from connectid.core.phone import PhoneNumber
from connectid.oauth.operations import browser_sessions
from connectid.recovery.errors import NoBackupCode
from connectid.recovery.operations import backup_code, closing
from connectid.recovery.operations.backup_code import Outcome
from connectid.signin import errors, limits, queries, tasks
from connectid.signin.models import SignIn
from connectid.signin.queries import SIGN_IN
from connectid.verification import counters
from connectid.verification import operations as verification
from connectid.verification.counters import Taking
from connectid.verification.limits import RESEND_GAPS

log = structlog.get_logger(__name__)

LIFETIME = timedelta(minutes=15)
"""From one step to the next: a text may take some minutes, and a code is good for ten."""


def start(*, number: PhoneNumber, at: datetime, instead_of: SignIn | None = None) -> str:
    """Begin a sign-in, have a code sent to the number if it has an account, and return the sign-in's key.

    Three statements with the job's, whoever the number belongs to; one more to forget the sign-in of another number that this
    browser had begun. Raises :class:`~connectid.signin.errors.CodesSpent`.
    """
    key = secrets.new_urlsafe_token(32)
    with transaction.atomic():
        _count_code(number.e164, at)
        if instead_of is not None:
            SignIn.objects.filter(pk=instead_of.pk).delete()
        made = SignIn.objects.create(
            key_digest=secrets.digest(key, purpose=SIGN_IN),
            phone_number=number.e164,
            sent_at=at,
            expires_at=at + LIFETIME,
        )
        tasks.send_code.enqueue(made.pk)
    return key


def resend_wait(sign_in: SignIn, *, at: datetime) -> int:
    """Seconds until the code may be sent again; 0 when it may be now. The gaps are those of every code (contract 5.3)."""
    minutes = RESEND_GAPS[min(sign_in.sends, len(RESEND_GAPS)) - 1]
    return max(0, ceil((sign_in.sent_at + timedelta(minutes=minutes) - at).total_seconds()))


def resend(*, sign_in: SignIn, at: datetime) -> None:
    """Have the code sent again. Three statements. Raises :class:`~connectid.signin.errors.CodesSpent`, also when it is too soon."""
    wait = resend_wait(sign_in, at=at)
    if wait:
        raise errors.CodesSpent(retry_after=wait)
    with transaction.atomic():
        # Only if no other tab did so meanwhile.
        asked = SignIn.objects.filter(pk=sign_in.pk, sends=sign_in.sends, phone_proven_at=None)
        if asked.update(sends=sign_in.sends + 1, sent_at=at, expires_at=at + LIFETIME):
            _count_code(sign_in.phone_number, at)
            tasks.send_code.enqueue(sign_in.pk)


def prove_phone(*, sign_in: SignIn, code: str, at: datetime) -> None:
    """Mark the number as its owner's. Three statements for a wrong code, however it is wrong; five for the right one.

    Raises :class:`~connectid.verification.errors.IncorrectCode`.
    """
    with transaction.atomic():
        refusal = verification.check(
            address=sign_in.phone_number, purpose=SIGN_IN, scope=str(sign_in.pk), code=code, at=at
        )
        if refusal is None:
            SignIn.objects.filter(pk=sign_in.pk).update(phone_proven_at=at, expires_at=at + LIFETIME)
    if refusal is not None:  # raised after the commit, or the try would not stay counted
        raise refusal


def account_of(sign_in: SignIn) -> int:
    """Return the account that the proven number opens. One statement.

    Raises :class:`~connectid.signin.errors.StartAgain` for a number that is not proven, and then
    :class:`~connectid.signin.errors.NoAccount` and :class:`~connectid.accounts.errors.LockedAccount`.
    """
    if sign_in.phone_proven_at is None:
        raise errors.StartAgain
    found = queries.account_to_sign_in(sign_in.phone_number)
    if found is None:
        raise errors.NoAccount
    account_id, is_locked = found
    if is_locked:
        raise LockedAccount
    return account_id


def finish(
    *, sign_in: SignIn, code: str, expected: str | None = None, former_key: str = "", at: datetime
) -> str:
    """Check the backup code, with the one counter that every path shares, and return the key of a new browser session.

    ``expected`` is the subject that the client expects, if it does; ``former_key`` is that of the session which the browser had
    before, if any, and which ends.

    Raises what :func:`account_of` does, :class:`~connectid.signin.errors.OtherPerson`,
    :class:`~connectid.signin.errors.IncorrectBackupCode` and :class:`~connectid.recovery.errors.NoBackupCode`.
    """
    account_id = account_of(sign_in)
    if expected is not None and not Account.objects.filter(pk=account_id, username=expected).exists():
        raise errors.OtherPerson
    checked = backup_code.check(account_id=account_id, code=code, at=at)
    match checked.outcome:
        case Outcome.WRONG:
            raise errors.IncorrectBackupCode(checked.attempts_left)
        case Outcome.LOCKED:
            raise LockedAccount
        case Outcome.NOT_SET:
            raise NoBackupCode
    with transaction.atomic():
        closing.require_active(account_id=account_id)
        if not SignIn.objects.filter(pk=sign_in.pk).delete()[0]:
            raise errors.StartAgain  # the same step was taken twice at once
        if former_key:
            browser_sessions.end(key=former_key)
        key = browser_sessions.start(account_id=account_id, at=at)
    log.info("signed_in", account_id=account_id)
    return key


def _count_code(number: str, at: datetime) -> None:
    takings = [Taking(limits.CODES_PER_NUMBER, number)]
    if not counters.take(takings, at=at):
        raise errors.CodesSpent(retry_after=counters.why(takings, at=at).retry_after)
