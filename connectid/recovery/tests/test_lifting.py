"""Opening locked accounts again: by staff, by time (contract 16, E-16)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import override_settings

from connectid.accounts.models import Account, LockReason
from connectid.core import clock
from connectid.jobs.draining import run_pending
from connectid.recovery import errors, tasks
from connectid.recovery.limits import MAX_CODES_IN_A_ROW
from connectid.recovery.operations import backup_code, closing, lifting
from connectid.recovery.operations.backup_code import Outcome
from connectid.testing.budget import SIZES
from connectid.testing.scene import BACKUP_CODE, new_account
from connectid.testing.statements import count_statements

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def locks_expire_after_a_day() -> Iterator[None]:
    with override_settings(LOCK_EXPIRES_AFTER_HOURS=24):
        yield


def new_locked(*, hours: float = 25, **fields: Any) -> Account:
    """An account that was locked for wrong codes so long ago."""
    given = {
        "is_active": False,
        "locked_at": clock.now() - timedelta(hours=hours),
        "lock_reason": LockReason.WRONG_CODES,
        "failed_backup_codes": 3,
        "failed_codes_in_a_row": 3,
    }
    return new_account(**given | fields)


def state(account: Account) -> tuple[bool, bool, int]:
    account.refresh_from_db()
    return account.is_active, account.is_locked, account.failed_backup_codes


OPEN, LOCKED, CLOSED = (True, False, 0), (False, True, 3), (False, False, 3)


def test_only_a_locked_account_is_unlocked() -> None:
    active, closed = new_account(), new_account(is_active=False)
    assert not lifting.unlock(account_id=active.pk)
    assert not lifting.unlock(account_id=closed.pk)
    closed.refresh_from_db()
    assert not closed.is_active


def test_a_number_that_another_account_has_meanwhile() -> None:
    """E-16: the index of active numbers decides; nothing changes."""
    account = new_account()
    closing.lock(account_id=account.pk, at=clock.now())
    new_account(phone_number=account.phone_number)
    with pytest.raises(errors.NumberTaken):
        lifting.unlock(account_id=account.pk)
    account.refresh_from_db()
    assert (account.is_active, account.is_locked) == (False, True)


def test_an_email_that_another_account_has_meanwhile() -> None:
    account = new_account(email="A@example.org")
    closing.lock(account_id=account.pk, at=clock.now())
    new_account(email="a@example.org")
    assert lifting.unlock(account_id=account.pk)
    account.refresh_from_db()
    assert account.email == ""


def test_locks_whose_time_has_come_end() -> None:
    expired, recent = new_locked(hours=24), new_locked(hours=23)
    tasks.lift_expired_locks.enqueue()
    run_pending()
    assert (state(expired), state(recent)) == (OPEN, LOCKED)
    assert backup_code.check(account_id=expired.pk, code=BACKUP_CODE, at=clock.now()).outcome is Outcome.RIGHT


def test_by_default_only_staff_lift_a_lock() -> None:
    """A3: it blocks the number until then."""
    account = new_locked(hours=24 * 365)
    with override_settings(LOCK_EXPIRES_AFTER_HOURS=0):
        assert lifting.lift_expired(at=clock.now()) == 0
        assert not lifting.lift_of_number(phone_number=account.phone_number, at=clock.now())
    assert state(account) == LOCKED


def test_a_lock_by_staff_does_not_end_by_itself() -> None:
    account = new_locked(lock_reason=LockReason.STAFF)
    assert lifting.lift_expired(at=clock.now()) == 0
    assert state(account) == LOCKED


def test_who_comes_back_after_each_lock_is_stopped_in_the_end() -> None:
    """NIST 800-63B-4, 3.2.2: at most 100 wrong codes in a row; then staff must look at it."""
    account = new_account()
    tried = 0
    with clock.frozen() as now:
        while tried < 1000:
            outcome = backup_code.check(account_id=account.pk, code="000000", at=now.at).outcome
            if outcome is Outcome.LOCKED:
                tried = Account.objects.get(pk=account.pk).failed_codes_in_a_row
                now.advance(hours=25)
                if not lifting.lift_expired(at=now.at):
                    break
    assert MAX_CODES_IN_A_ROW <= tried < MAX_CODES_IN_A_ROW + 3
    assert lifting.unlock(account_id=account.pk)
    assert Account.objects.get(pk=account.pk).failed_codes_in_a_row == 0


def test_a_number_of_another_account_is_not_blocked_any_longer() -> None:
    """The unique index of active numbers: the locked account stays closed, and its lock ends."""
    account = new_locked()
    other = new_account(phone_number=account.phone_number)
    assert lifting.lift_expired(at=clock.now()) == 1
    assert state(account) == CLOSED
    assert state(other) == OPEN


def test_of_two_locked_accounts_of_a_number_the_newer_lock_counts() -> None:
    older = new_locked(hours=50)
    newer = new_locked(hours=30, phone_number=older.phone_number)
    assert lifting.lift_expired(at=clock.now()) == 2
    assert (state(older), state(newer)) == (CLOSED, OPEN)


@pytest.mark.parametrize("taken_by_an_active_account", [True, False])
def test_an_email_of_two_accounts(taken_by_an_active_account: bool) -> None:
    if taken_by_an_active_account:
        new_account(email="A@example.org")
    accounts = [new_locked(hours=30, email="a@example.org"), new_locked(hours=50, email="A@example.org")]
    lifting.lift_expired(at=clock.now())
    assert [state(account) for account in accounts] == [OPEN, OPEN]
    kept = "" if taken_by_an_active_account else "a@example.org"
    assert [account.email for account in accounts] == [kept, ""]


def test_accounts_without_a_number() -> None:
    accounts = [new_locked(phone_number="") for _ in range(2)]
    lifting.lift_expired(at=clock.now())
    assert [state(account) for account in accounts] == [OPEN, OPEN]


def test_more_than_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifting, "BATCH", 2)
    for _ in range(5):
        new_locked()
    assert lifting.lift_expired(at=clock.now()) == 5
    assert not Account.objects.filter(locked_at__isnull=False).exists()


@pytest.mark.parametrize("number", SIZES)
def test_statements_of_the_job(number: int) -> None:
    """Six for each thousand locks, one to see that there are no more."""
    for _ in range(number):
        new_locked(email=f"{new_account().username}@example.org")
        taken = new_account()
        new_locked(phone_number=taken.phone_number)
        new_locked(email=new_account(email=f"{taken.username}@example.org").email)
    with count_statements() as statements:
        assert lifting.lift_expired(at=clock.now()) == 3 * number
    assert len(statements) == 7, statements
