"""The one counter of backup codes (contract 5.7, 16: E-17, E-18)."""

from datetime import timedelta

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher

from connectid.accounts.models import Account
from connectid.core import clock
from connectid.core.ratelimit import Throttled
from connectid.recovery.operations import backup_code, lifting
from connectid.recovery.operations.backup_code import Checked, Outcome
from connectid.testing.budget import StatementBudget
from connectid.testing.scene import BACKUP_CODE, new_account

pytestmark = pytest.mark.django_db

WRONG = "000000"


def check(account: Account, code: str) -> Checked:
    return backup_code.check(account_id=account.pk, code=code, at=clock.now())


def state(account: Account) -> tuple[bool, bool, int]:
    account.refresh_from_db()
    return account.is_active, account.is_locked, account.failed_backup_codes


def test_the_right_code() -> None:
    account = new_account()
    assert check(account, BACKUP_CODE) == Checked(Outcome.RIGHT)
    assert state(account) == (True, False, 0)


def test_three_wrong_codes_lock() -> None:
    """5.7: 2 left, 1 left, locked."""
    account = new_account()
    assert [check(account, WRONG) for _ in range(4)] == [
        Checked(Outcome.WRONG, 2),
        Checked(Outcome.WRONG, 1),
        Checked(Outcome.LOCKED),
        Checked(Outcome.LOCKED),
    ]
    assert state(account) == (False, True, 3)


def test_a_locked_account_takes_no_right_code_either() -> None:
    account = new_account()
    for _ in range(3):
        check(account, WRONG)
    assert check(account, BACKUP_CODE) == Checked(Outcome.LOCKED)


def test_a_right_code_begins_the_counter_anew() -> None:
    account = new_account()
    for _ in range(2):
        check(account, WRONG)
    assert check(account, BACKUP_CODE).outcome is Outcome.RIGHT
    assert check(account, WRONG) == Checked(Outcome.WRONG, 2)


def test_no_code_is_set() -> None:
    account = new_account(backup_code="")
    assert check(account, BACKUP_CODE) == Checked(Outcome.NOT_SET)
    assert state(account) == (True, False, 0)


def test_a_deactivated_account() -> None:
    account = new_account(is_active=False)
    assert check(account, BACKUP_CODE) == Checked(Outcome.LOCKED)


def test_tries_of_one_account_do_not_count_for_another() -> None:
    account, other = new_account(), new_account()
    for _ in range(3):
        check(account, WRONG)
    assert check(other, WRONG) == Checked(Outcome.WRONG, 2)


def test_tries_whose_verdicts_stand_out() -> None:
    """Any of them may be right, so nobody is told that the account is locked, nor judged."""
    at = clock.now()
    account = new_account(failed_backup_codes=3, backup_code_tried_at=at)
    with pytest.raises(Throttled):
        backup_code.check(account_id=account.pk, code=BACKUP_CODE, at=at + timedelta(seconds=29))
    assert state(account) == (True, False, 3)


def test_tries_that_were_counted_and_never_judged_stay_counted() -> None:
    """As after a crash between the count and the verdict: fail closed, once nobody can be judging any more."""
    at = clock.now()
    account = new_account(failed_backup_codes=3, backup_code_tried_at=at)
    late = backup_code.check(account_id=account.pk, code=BACKUP_CODE, at=at + timedelta(seconds=30))
    assert late == Checked(Outcome.LOCKED)
    assert state(account) == (False, True, 3)


def test_an_imported_hash_is_replaced_at_the_first_right_code() -> None:
    """17b: hashes of the former server verify once."""
    imported = PBKDF2PasswordHasher().encode(BACKUP_CODE, "saltsalt", iterations=10)
    account = new_account(backup_code=imported)
    assert check(account, WRONG) == Checked(Outcome.WRONG, 2)
    account.refresh_from_db()
    assert account.backup_code == imported
    assert check(account, BACKUP_CODE).outcome is Outcome.RIGHT
    account.refresh_from_db()
    assert account.backup_code.startswith("argon2id_peppered$")
    assert check(account, BACKUP_CODE).outcome is Outcome.RIGHT


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("123456", "123456"),
        (" 123456\n", "123456"),
        (123456, "123456"),
        (1234, "001234"),
        (None, ""),
        ("", ""),
    ],
)
def test_codes_as_people_and_clients_write_them(typed: str | int | None, read: str) -> None:
    assert backup_code.as_typed(typed) == read


def test_statements(statement_budget: StatementBudget) -> None:
    """One for a wrong code, two for a right one, whatever the number of accounts."""

    def grow(number: int) -> None:
        for _ in range(number):
            new_account()

    account = new_account()
    statement_budget(2, grow=grow, act=lambda: check(account, BACKUP_CODE))
    with statement_budget.at_most(1):
        check(account, WRONG)


def test_the_count_over_locks() -> None:
    """Staff who lift a lock begin both counters anew."""
    account = new_account()
    for _ in range(3):
        check(account, WRONG)
    account.refresh_from_db()
    assert account.failed_codes_in_a_row == 3
    assert account.locked_at is not None
    assert clock.now() - account.locked_at < timedelta(minutes=1)
    assert lifting.unlock(account_id=account.pk)
    account.refresh_from_db()
    assert account.failed_codes_in_a_row == 0
    assert check(account, BACKUP_CODE).outcome is Outcome.RIGHT
