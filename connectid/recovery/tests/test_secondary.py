"""POST /users/recover/secondary (contract 9; 16, E-26)."""

import pytest

from connectid.accounts.models import Account
from connectid.core import clock
from connectid.recovery.models import RecoverySession, Step
from connectid.recovery.operations import sessions
from connectid.recovery.tests.older_app import EMPTY, RECOVER, OlderApp, code_in, texts_to
from connectid.testing.budget import StatementBudget
from connectid.testing.scene import new_account, new_number

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> Account:
    return new_account(secondary_phone=new_number(), secondary_phone_proven_at=clock.now())


def test_a_text_to_the_second_number(account: Account) -> None:
    """Row 200."""
    answer = OlderApp(account.phone_number).proven().call("secondary")
    assert (answer.status_code, answer.json()) == (200, {"secondary_phone": account.secondary_phone})
    [text] = texts_to(account.secondary_phone)
    assert code_in(text)


def test_not_before_the_first_number_is_proven(account: Account) -> None:
    """Row 401: a stranger learns no second number and has nobody texted."""
    app = OlderApp(account.phone_number)
    app.recover()
    answer = app.call("secondary")
    assert (answer.status_code, answer.content) == EMPTY
    assert texts_to(account.secondary_phone) == []


def test_without_a_second_number() -> None:
    """Row 400."""
    answer = OlderApp(new_account().phone_number).proven().call("secondary")
    assert (answer.status_code, answer.json()) == (
        400,
        {"error": "Recovery phone number does not exist for user"},
    )


def test_a_second_number_that_its_owner_never_proved() -> None:
    """It may be a stranger's."""
    account = new_account(secondary_phone=new_number())
    assert OlderApp(account.phone_number).proven().call("secondary").status_code == 400
    assert texts_to(account.secondary_phone) == []


def test_missing_keys() -> None:
    answer = OlderApp("").post(f"{RECOVER}/secondary", {"phone": "+265991234567"})
    assert (answer.status_code, answer.json()) == (400, {"error": "OTP missing required key secret_key"})


def test_another_secret(account: Account) -> None:
    app = OlderApp(account.phone_number).proven()
    app.secret = "0" * 64
    answer = app.call("secondary")
    assert (answer.status_code, answer.content) == EMPTY


@pytest.mark.parametrize("step", [Step.OWNER_PROVEN, Step.FINISHED])
def test_a_step_that_is_past(account: Account, step: Step) -> None:
    app = OlderApp(account.phone_number).proven()
    RecoverySession.objects.update(step=step)
    answer = app.call("secondary")
    assert (answer.status_code, answer.content) == EMPTY


def test_a_closed_account_texts_nobody(account: Account) -> None:
    app = OlderApp(account.phone_number).proven()
    Account.objects.update(is_active=False)
    answer = app.call("secondary")
    assert (answer.status_code, answer.content) == EMPTY
    assert texts_to(account.secondary_phone) == []


def test_too_soon_is_a_silent_200(account: Account) -> None:
    """E-76."""
    app = OlderApp(account.phone_number).proven()
    assert [app.call("secondary").status_code for _ in range(3)] == [200] * 3
    assert len(texts_to(account.secondary_phone)) == 1


def test_the_session_outlives_the_code(account: Account) -> None:
    with clock.frozen() as now:
        app = OlderApp(account.phone_number).proven()
        now.advance(sessions.LIFETIME * 0.9)
        app.call("secondary")
        [text] = texts_to(account.secondary_phone)
        now.advance(sessions.LIFETIME * 0.9)
        assert app.call("confirm_secondary_otp", token=code_in(text)).status_code == 200


def test_statements(account: Account, statement_budget: StatementBudget) -> None:
    """Session, its new end, and the six of a send; one of them where the gap holds the text back."""
    app = OlderApp(account.phone_number).proven()
    with statement_budget.at_most(8):
        app.call("secondary")
    statement_budget(
        3,
        cap=20,
        grow=lambda n: [OlderApp(new_account().phone_number).recover() for _ in range(n)],
        act=lambda: app.call("secondary"),
    )
