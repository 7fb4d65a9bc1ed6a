"""Opening locked accounts again: because staff say so, or because their time has come (contract 16, E-16).

Two accounts of one number, or of one email address, cannot both be active. An address that another account has meanwhile is
left to that one. A number that another account has keeps the locked one closed: staff are told so, and a lock whose time has
come ends all the same, because it would block the number.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from connectid.accounts.models import Account, LockReason
from connectid.recovery import errors, queries
from connectid.recovery.limits import MAX_CODES_IN_A_ROW

log = structlog.get_logger(__name__)

BATCH = 1000


def unlock(*, account_id: int) -> bool:
    """Open a locked account because staff say so, with three tries of its backup code; False where it is not locked.

    Raises :class:`~connectid.recovery.errors.NumberTaken` where its number is another account's, and changes nothing then.
    """
    locked = Account.objects.filter(pk=account_id, is_active=False, locked_at__isnull=False)
    try:
        with transaction.atomic():
            row = locked.select_for_update(no_key=True).values_list("email").first()
            if row is None:
                return False
            _open(locked, [account_id], failed_codes_in_a_row=0, **_without(_taken_emails(row), *row))
    except IntegrityError as error:
        raise errors.NumberTaken from error
    log.info("account_unlocked", account_id=account_id, reason="staff")
    return True


def unlock_named(*, name: str) -> str:
    """The same for whom an operator names by number or username; the newest lock of a number. Return the username.

    Raises :class:`~connectid.recovery.errors.NotLocked` and :class:`~connectid.recovery.errors.NumberTaken`.
    """
    named = queries.locked_account(name)
    if named is None or not unlock(account_id=named.account_id):
        raise errors.NotLocked
    return named.username


def lift_expired(*, at: datetime) -> int:
    """End every lock whose time has come; return how many. Run by a scheduled job; six statements for each thousand."""
    lifted = 0
    while batch := _lift(_expired(at)):
        lifted += batch
    return lifted


def lift_of_number(*, phone_number: str, at: datetime) -> bool:
    """End the locks of a number whose time has come, before the job does; False where the number is locked still."""
    try:
        if not _lift(_expired(at).filter(phone_number=phone_number)):
            return False
    except (
        IntegrityError
    ):  # somebody enrolls or unlocks the number in this very moment; the next request will see
        return False
    return not queries.is_locked(phone_number)


def _expired(at: datetime) -> QuerySet[Account]:
    """Accounts locked for wrong codes so long ago that the lock is over, unless too many were tried in all."""
    hours = settings.LOCK_EXPIRES_AFTER_HOURS
    if hours <= 0:
        return Account.objects.none()
    return Account.objects.filter(
        is_active=False,
        lock_reason=LockReason.WRONG_CODES,
        locked_at__lte=at - timedelta(hours=hours),
        failed_codes_in_a_row__lt=MAX_CODES_IN_A_ROW,
    )


@transaction.atomic
def _lift(expired: QuerySet[Account]) -> int:
    """Open, or leave closed for good, up to a thousand of these accounts; return how many they were."""
    rows = list(
        expired.select_for_update(no_key=True)
        .order_by("-locked_at", "-pk")
        .values_list("pk", "phone_number", "email")[:BATCH]
    )
    if not rows:
        return 0
    numbers, emails = (
        _taken_numbers(number for _, number, _ in rows),
        _taken_emails(email for *_, email in rows),
    )
    opened: dict[bool, list[int]] = {True: [], False: []}
    closed: list[int] = []
    for pk, number, email in rows:
        if number in numbers:
            closed.append(pk)
            continue
        opened[email.lower() in emails].append(pk)
        numbers |= {number} - {""}
        emails |= {email.lower()} - {""}
    _open(expired, opened[False])
    _open(expired, opened[True], email="")
    expired.filter(pk__in=closed).update(locked_at=None, lock_reason="")
    log.info("locks_expired", count=len(rows), skipped=len(closed))
    return len(rows)


def _open(locked: QuerySet[Account], ids: list[int], **changes: object) -> None:
    """Make these of the locked accounts active; the tries of their backup codes begin anew."""
    if ids:
        locked.filter(pk__in=ids).update(
            is_active=True, locked_at=None, lock_reason="", failed_backup_codes=0, **changes
        )


def _without(taken: set[str], email: str) -> dict[str, str]:
    return {"email": ""} if email.lower() in taken else {}


def _taken_numbers(numbers: Iterable[str]) -> set[str]:
    active = Account.objects.filter(~Q(phone_number=""), is_active=True, phone_number__in=list(numbers))
    return set(active.values_list("phone_number", flat=True))


def _taken_emails(emails: Iterable[str]) -> set[str]:
    lowered = [email.lower() for email in emails if email]
    # Without those that are empty, as the index of unique emails is.
    active = Account.objects.annotate(lowered=Lower("email")).filter(is_active=True).exclude(email="")
    active = active.filter(lowered__in=lowered)
    return set(active.values_list("lowered", flat=True)) if lowered else set()
