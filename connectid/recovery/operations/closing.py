"""Closing an account. Whatever it had granted dies in the same transaction (contract 16, E-14).

Statements are the same number however many tokens, devices and registrations there are.
"""

from datetime import datetime

import structlog
from django.db import transaction
from django.db.models import Q

from connectid.accounts.errors import LockedAccount
from connectid.accounts.models import Account, LockReason
from connectid.devices.models import EndReason
from connectid.devices.operations import credentials, push
from connectid.oauth.operations import revocation
from connectid.recovery.limits import MAX_ATTEMPTS

log = structlog.get_logger(__name__)


def require_active(*, account_id: int) -> Account:
    """Return the account, its row held until the caller's transaction ends, so that nobody closes it meanwhile.

    Raises :class:`~connectid.accounts.errors.LockedAccount` where it is closed already.
    """
    held = Account.objects.select_for_update(no_key=True).filter(pk=account_id, is_active=True).first()
    if held is None:
        raise LockedAccount
    return held


def lock_out(*, account_id: int, at: datetime) -> bool:
    """Lock an account whose tries of the backup code are used up; False where it has some, or is closed already.

    Its phone keeps its device credential, which opens nothing until the lock is lifted: whoever guessed did not have it.
    """
    with transaction.atomic():
        exhausted = Account.objects.filter(
            pk=account_id, is_active=True, failed_backup_codes__gte=MAX_ATTEMPTS
        )
        if not exhausted.update(is_active=False, locked_at=at, lock_reason=LockReason.WRONG_CODES):
            return False
        _end_grants(account_id, at, EndReason.LOCKED)
    log.warning("account_locked", account_id=account_id, reason=LockReason.WRONG_CODES.value)
    return True


def lock(*, account_id: int, at: datetime) -> bool:
    """Lock an account until staff lift that; False where staff did so before, or it was deactivated.

    Its phone may be in other hands, so it loses its device credential too: after the lock the backup code is needed.
    """
    with transaction.atomic():
        lockable = Account.objects.filter(
            Q(is_active=True) | Q(lock_reason=LockReason.WRONG_CODES), pk=account_id
        )
        if not lockable.update(is_active=False, locked_at=at, lock_reason=LockReason.STAFF):
            return False
        credentials.revoke_all(account_id=account_id, at=at)
        _end_grants(account_id, at, EndReason.LOCKED)
    log.warning("account_locked", account_id=account_id, reason=LockReason.STAFF.value)
    return True


def require_proof(*, account_id: int, at: datetime) -> bool:
    """Make whoever has the account prove number and backup code again; False where it is closed.

    The account stays active and keeps its number, while its device credential, tokens, browser sessions and push registration
    end: to the phone it is as if the account had moved to another one.
    """
    with transaction.atomic():
        if not Account.objects.select_for_update(no_key=True).filter(pk=account_id, is_active=True).exists():
            return False
        credentials.revoke_all(account_id=account_id, at=at)
        _end_grants(account_id, at, EndReason.MOVED)
    log.warning("account_proof_required", account_id=account_id)
    return True


def deactivate(*, account_id: int, at: datetime) -> bool:
    """Close an account for good and leave its number to whoever enrols it next; False where that happened before."""
    with transaction.atomic():
        opened = Account.objects.filter(pk=account_id).exclude(is_active=False, locked_at=None)
        if not opened.update(is_active=False, locked_at=None, lock_reason=""):
            return False
        credentials.revoke_all(account_id=account_id, at=at)
        _end_grants(account_id, at, EndReason.DEACTIVATED)
    log.info("account_deactivated", account_id=account_id)
    return True


def _end_grants(account_id: int, at: datetime, reason: push.Withdrawal) -> None:
    """End what acts in the account's name, and what is sent to its phone."""
    revocation.revoke_all(account_id=account_id)
    push.withdraw(account_id=account_id, at=at, reason=reason)
