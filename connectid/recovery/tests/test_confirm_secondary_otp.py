"""POST /users/recover/confirm_secondary_otp (contract 9)."""

import pytest

from connectid.accounts.models import Account
from connectid.core import clock
from connectid.recovery.models import Proof, RecoverySession, Step
from connectid.recovery.operations.proofs import REPEATED_AFTER
from connectid.recovery.tests.older_app import EMPTY, RECOVER, OlderApp, other_than, texted
from connectid.recovery.tests.test_confirm_otp import INCORRECT
from connectid.testing.budget import StatementBudget
from connectid.testing.scene import new_account, new_number

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> Account:
    return new_account(secondary_phone=new_number(), secondary_phone_proven_at=clock.now())


@pytest.fixture
def app(account: Account) -> OlderApp:
    """An app that proved the first number and had a code sent to the second one."""
    waiting = OlderApp(account.phone_number).proven()
    waiting.call("secondary")
    return waiting


def test_the_right_code(app: OlderApp, account: Account) -> None:
    """Row 200."""
    answer = app.call("confirm_secondary_otp", token=texted(account.secondary_phone))
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "name": account.name,
            "username": account.username,
            "secondary_phone": account.secondary_phone,
            "db_key": account.storage_key,
            "payment_profile": {},
        },
    )
    session = RecoverySession.objects.get()
    assert (session.step, session.owner_proven_by) == (Step.OWNER_PROVEN, Proof.SECOND_NUMBER)


def test_a_wrong_code(app: OlderApp, account: Account) -> None:
    """Row 401."""
    answer = app.call("confirm_secondary_otp", token=other_than(texted(account.secondary_phone)))
    assert (answer.status_code, answer.json()) == INCORRECT


def test_the_code_of_the_first_number_is_none_of_the_second(account: Account) -> None:
    app = OlderApp(account.phone_number)
    app.recover()
    code = texted(app.number)
    app.confirm_otp(code)
    assert app.call("confirm_secondary_otp", token=code).json() == INCORRECT[1]


def test_a_second_number_that_was_changed_meanwhile_is_proven_by_no_old_code(
    app: OlderApp, account: Account
) -> None:
    code = texted(account.secondary_phone)
    Account.objects.update(secondary_phone=new_number())
    assert app.call("confirm_secondary_otp", token=code).json() == INCORRECT[1]


def test_a_second_number_that_was_removed_meanwhile(app: OlderApp, account: Account) -> None:
    code = texted(account.secondary_phone)
    Account.objects.update(secondary_phone="")
    assert app.call("confirm_secondary_otp", token=code).json() == INCORRECT[1]


def test_not_before_the_first_number_is_proven(account: Account) -> None:
    app = OlderApp(account.phone_number)
    app.recover()
    answer = app.call("confirm_secondary_otp", token="123456")
    assert (answer.status_code, answer.content) == EMPTY


def test_a_lost_answer_is_repeated(app: OlderApp, account: Account) -> None:
    code = texted(account.secondary_phone)
    with clock.frozen() as now:
        first = app.call("confirm_secondary_otp", token=code)
        assert app.call("confirm_secondary_otp", token=code).status_code == 401
        now.advance(REPEATED_AFTER)
        assert app.call("confirm_secondary_otp", token=code).json() == first.json()


def test_a_closed_account(app: OlderApp, account: Account) -> None:
    code = texted(account.secondary_phone)
    Account.objects.update(is_active=False)
    answer = app.call("confirm_secondary_otp", token=code)
    assert (answer.status_code, answer.content) == EMPTY


def test_another_secret(app: OlderApp) -> None:
    app.secret = "0" * 64
    answer = app.call("confirm_secondary_otp", token="123456")
    assert (answer.status_code, answer.content) == EMPTY


def test_missing_keys() -> None:
    answer = OlderApp("").post(f"{RECOVER}/confirm_secondary_otp")
    assert answer.json() == {"error": "OTP missing required key phone,secret_key,token"}


def test_statements(app: OlderApp, account: Account, statement_budget: StatementBudget) -> None:
    """Session, the four of a check, account, move, profile."""
    code = texted(account.secondary_phone)
    with statement_budget.at_most(9):
        assert app.call("confirm_secondary_otp", token=code).status_code == 200


def test_statements_of_a_wrong_code(
    app: OlderApp, account: Account, statement_budget: StatementBudget
) -> None:
    """Session, and the two of a check that fails."""
    wrong = other_than(texted(account.secondary_phone))
    statement_budget(
        3,
        cap=20,
        grow=lambda n: [OlderApp(new_account().phone_number).recover() for _ in range(n)],
        act=lambda: app.call("confirm_secondary_otp", token=wrong),
    )
