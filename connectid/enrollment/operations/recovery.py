"""From a proven number and a backup code to the account on this phone."""

from datetime import datetime
from typing import NamedTuple

import structlog
from django.db import transaction

from connectid.accounts.errors import LockedAccount
from connectid.enrollment import errors
from connectid.enrollment.models import EnrollmentSession
from connectid.recovery import queries
from connectid.recovery.errors import NoBackupCode
from connectid.recovery.operations import backup_code as backup_codes
from connectid.recovery.operations import closing, moving
from connectid.recovery.operations.backup_code import Outcome
from connectid.recovery.operations.moving import Moved
from connectid.recovery.queries import Phone

log = structlog.get_logger(__name__)


class AttemptsLeft(NamedTuple):
    """The code was wrong; how many more tries there are before the account is locked."""

    attempts_left: int


def confirm_backup_code(
    *, session: EnrollmentSession, backup_code: str, at: datetime
) -> Moved | AttemptsLeft:
    """Move the account of the session's number to this phone, if the code is its backup code (contract 5.7).

    Every try counts; the third wrong one in a row locks the account. A phone that missed our answer may repeat the request: it
    gets another credential. Raises ``PhoneNotProven``, ``MissingBackupCode``, ``NoAccount``,
    :class:`~connectid.recovery.errors.NoBackupCode` and :class:`~connectid.accounts.errors.LockedAccount`.
    """
    if not session.is_phone_proven:
        raise errors.PhoneNotProven
    if not backup_code:
        raise errors.MissingBackupCode
    account = queries.account_of(session.phone_number)
    if account is None:
        raise errors.NoAccount
    if account.is_locked:  # since the session was looked up, by another request
        raise LockedAccount
    checked = backup_codes.check(account_id=account.account_id, code=backup_code, at=at)
    match checked.outcome:
        case Outcome.NOT_SET:
            raise NoBackupCode
        case Outcome.LOCKED:
            raise LockedAccount
        case Outcome.WRONG:
            return AttemptsLeft(checked.attempts_left)
    return _recover(session, account.account_id, at)


def _recover(session: EnrollmentSession, account_id: int, at: datetime) -> Moved:
    """Move the account, and make it this session's alone: what the session may do to it, it may do from now on (E-19)."""
    with transaction.atomic():
        account = closing.require_active(account_id=account_id)
        others = EnrollmentSession.objects.filter(account=account, expires_at__gt=at).exclude(pk=session.pk)
        others.update(expires_at=at)
        first_time = EnrollmentSession.objects.filter(pk=session.pk).exclude(account=account)
        moved = moving.move(
            account=account,
            phone=Phone(session.installation_id, session.device_model),
            since=session.created_at,
            announce=bool(first_time.update(account=account)),
            at=at,
        )
    log.info("account_recovered", account_id=account_id, session_id=session.pk)
    return moved
