"""POST /users/recover/confirm_pin (contract 9; 16, E-18)."""

from datetime import timedelta
from typing import Any

import pytest

from connectid.accounts.models import Account
from connectid.core import clock, passwords
from connectid.recovery.models import Proof, RecoverySession, Step
from connectid.recovery.operations import backup_code, sessions
from connectid.recovery.tests.older_app import RECOVER, WRONG, OlderApp
from connectid.testing.budget import StatementBudget
from connectid.testing.scene import BACKUP_CODE, new_account, new_number

pytestmark = pytest.mark.django_db


def told(app: OlderApp, code: str) -> tuple[int, Any]:
    answer = app.confirm_pin(code)
    return answer.status_code, answer.json()


@pytest.fixture
def account() -> Account:
    return new_account()


@pytest.fixture
def app(account: Account) -> OlderApp:
    """An app that proved the account's number."""
    return OlderApp(account.phone_number).proven()


def test_the_right_code(app: OlderApp, account: Account) -> None:
    """Row 200."""
    assert told(app, BACKUP_CODE) == (
        200,
        {
            "name": account.name,
            "username": account.username,
            "secondary_phone": "",
            "secondary_phone_validate_by": None,
            "db_key": account.storage_key,
            "payment_profile": {},
        },
    )
    session = RecoverySession.objects.get()
    assert (session.step, session.owner_proven_by) == (Step.OWNER_PROVEN, Proof.BACKUP_CODE)


@pytest.mark.parametrize("proven", [True, False])
def test_the_second_number_is_told_and_when_it_wants_proof(*, proven: bool) -> None:
    account = new_account(
        secondary_phone=new_number(), secondary_phone_proven_at=clock.now() if proven else None
    )
    _, body = told(OlderApp(account.phone_number).proven(), BACKUP_CODE)
    assert body["secondary_phone"] == account.secondary_phone
    by = (account.date_joined + timedelta(days=7)).strftime("%Y-%m-%d")
    assert body["secondary_phone_validate_by"] == (None if proven else by)


def test_the_third_wrong_code_locks(app: OlderApp, account: Account) -> None:
    """E-18; a locked account tells nobody whether a code is right."""
    answers = [told(app, WRONG) for _ in range(3)] + [told(app, BACKUP_CODE)]
    assert answers == [
        (401, {"error_code": "INCORRECT_CODE"}),
        (401, {"error_code": "INCORRECT_CODE"}),
        (401, {"error_code": "LOCKED_ACCOUNT"}),
        (401, {"error_code": "LOCKED_ACCOUNT"}),
    ]
    account.refresh_from_db()
    assert (account.is_active, account.is_locked) == (False, True)


def test_another_session_has_no_tries_of_its_own(app: OlderApp, account: Account) -> None:
    """One counter, whoever asks: sessions, older and newer apps (E-18)."""
    with clock.frozen() as now:
        told(app, WRONG)
        now.advance(sessions.LIFETIME / 2)
        told(OlderApp(account.phone_number).proven(), WRONG)
        checked = backup_code.check(account_id=account.pk, code=WRONG, at=clock.now())
    assert checked.outcome is backup_code.Outcome.LOCKED


def test_no_backup_code() -> None:
    """Row 400."""
    app = OlderApp(new_account(backup_code="").phone_number).proven()
    assert told(app, BACKUP_CODE) == (400, {"error_code": "NO_RECOVERY_PIN_SET"})


def test_another_secret(app: OlderApp, account: Account) -> None:
    app.secret = "0" * 64
    assert told(app, BACKUP_CODE) == (401, {"error_code": "INVALID_SECRET_KEY"})
    account.refresh_from_db()
    assert account.failed_backup_codes == 0


def test_not_before_the_number_is_proven(account: Account) -> None:
    app = OlderApp(account.phone_number)
    app.recover()
    assert told(app, WRONG) == (401, {"error_code": "INVALID_STEP"})
    account.refresh_from_db()
    assert account.failed_backup_codes == 0


def test_not_after_the_end(app: OlderApp) -> None:
    RecoverySession.objects.update(step=Step.FINISHED)
    assert told(app, BACKUP_CODE) == (401, {"error_code": "INVALID_STEP"})


def test_a_lost_answer_is_repeated(app: OlderApp) -> None:
    assert told(app, BACKUP_CODE) == told(app, BACKUP_CODE)


def test_missing_keys(app: OlderApp) -> None:
    answer = app.post(f"{RECOVER}/confirm_pin", {"secret_key": "a"})
    assert (answer.status_code, answer.json()) == (
        400,
        {"error": "OTP missing required key phone,recovery_pin"},
    )


def test_a_code_as_a_number() -> None:
    """Zeros that JSON's number lost are put back."""
    app = OlderApp(new_account(backup_code=passwords.hash_memorised("001234")).phone_number)
    assert app.proven().call("confirm_pin", recovery_pin=1234).status_code == 200


def test_statements(statement_budget: StatementBudget) -> None:
    """Session, the two of a check, account, move, profile."""
    app = OlderApp(new_account().phone_number).proven()
    statement_budget(
        7,
        cap=20,
        grow=lambda n: [OlderApp(new_account().phone_number).recover() for _ in range(n)],
        act=lambda: app.confirm_pin(BACKUP_CODE),
    )
