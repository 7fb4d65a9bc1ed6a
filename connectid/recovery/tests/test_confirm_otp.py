"""POST /users/recover/confirm_otp (contract 9; 16, E-20)."""

from typing import Any

import pytest

from connectid.core import clock
from connectid.recovery.models import RecoverySession, Step
from connectid.recovery.operations import sessions
from connectid.recovery.operations.proofs import REPEATED_AFTER
from connectid.recovery.tests.older_app import EMPTY, RECOVER, OlderApp, other_than, texted
from connectid.testing.budget import StatementBudget
from connectid.testing.scene import new_account, new_number

pytestmark = pytest.mark.django_db

INCORRECT: tuple[int, Any] = (401, {"error": "OTP token is incorrect"})


@pytest.fixture
def app() -> OlderApp:
    """An app that started a recovery of an account's number."""
    started = OlderApp(new_account().phone_number)
    started.recover()
    return started


def step() -> int:
    return RecoverySession.objects.get().step


def test_the_right_code(app: OlderApp) -> None:
    """Row 200."""
    answer = app.confirm_otp()
    assert (answer.status_code, answer.content) == (200, b"")
    assert step() == Step.NUMBER_PROVEN


@pytest.mark.parametrize(
    ("body", "missing"),
    [
        ({}, "phone,secret_key,token"),
        ({"phone": "+265991234567"}, "secret_key,token"),
        ({"token": "1", "secret_key": ""}, "phone,secret_key"),
        ({"phone": "+265991234567", "secret_key": "a", "token": None}, "token"),
    ],
)
def test_missing_keys(app: OlderApp, body: dict[str, Any], missing: str) -> None:
    """Row 400."""
    answer = app.post(f"{RECOVER}/confirm_otp", body)
    assert (answer.status_code, answer.json()) == (400, {"error": f"OTP missing required key {missing}"})


def test_a_wrong_code(app: OlderApp) -> None:
    """Row 401 with a body."""
    answer = app.confirm_otp(other_than(texted(app.number)))
    assert (answer.status_code, answer.json()) == INCORRECT
    assert step() == Step.STARTED


def test_five_wrong_codes_spend_the_right_one(app: OlderApp) -> None:
    """E-20: no more than five checks of a code, counted before they are compared."""
    code = texted(app.number)
    for _ in range(5):
        assert app.confirm_otp(other_than(code)).status_code == 401
    assert app.confirm_otp(code).json() == INCORRECT[1]


@pytest.mark.parametrize("secret", ["0" * 64, "x", "é"])
def test_another_secret(app: OlderApp, secret: str) -> None:
    """Row 401 without a body."""
    code = texted(app.number)
    app.secret = secret
    answer = app.confirm_otp(code)
    assert (answer.status_code, answer.content) == EMPTY


@pytest.mark.parametrize("number", [new_number(), "12", "+"])
def test_the_secret_of_another_number(app: OlderApp, number: str) -> None:
    code = texted(app.number)
    app.number = number
    answer = app.confirm_otp(code)
    assert (answer.status_code, answer.content) == EMPTY


def test_after_ten_minutes(app: OlderApp) -> None:
    code = texted(app.number)
    with clock.frozen() as now:
        now.advance(sessions.LIFETIME)
        answer = app.confirm_otp(code)
    assert (answer.status_code, answer.content) == EMPTY


def test_a_code_proves_once_and_a_lost_answer_is_repeated(app: OlderApp) -> None:
    """A second use at once is refused; a phone that asks again after its time-out hears what it missed."""
    code = texted(app.number)
    with clock.frozen() as now:
        assert app.confirm_otp(code).status_code == 200
        now.advance(REPEATED_AFTER / 2)
        assert app.confirm_otp(code).json() == INCORRECT[1]
        now.advance(REPEATED_AFTER)
        assert app.confirm_otp(code).status_code == 200
    assert step() == Step.NUMBER_PROVEN


def test_a_step_that_is_past(app: OlderApp) -> None:
    app.confirm_otp()
    RecoverySession.objects.update(step=Step.OWNER_PROVEN)
    answer = app.confirm_otp("123456")
    assert (answer.status_code, answer.content) == EMPTY


def test_statements(statement_budget: StatementBudget) -> None:
    """Session, then the two of a check that fails."""
    app = OlderApp(new_account().phone_number)
    app.recover()
    wrong = other_than(texted(app.number))
    statement_budget(
        3,
        cap=20,
        grow=lambda n: [OlderApp(new_account().phone_number).recover() for _ in range(n)],
        act=lambda: app.confirm_otp(wrong),
    )


def test_statements_of_the_right_code(app: OlderApp, statement_budget: StatementBudget) -> None:
    """Session, the four of a check, the move."""
    code = texted(app.number)
    with statement_budget.at_most(6):
        assert app.confirm_otp(code).status_code == 200
