"""POST /users/recover/initiate_deactivation (contract 9; 16, E-22)."""

from collections.abc import Iterator
from typing import Any

import pytest

from connectid.accounts.models import Account
from connectid.core import clock
from connectid.recovery.models import RecoverySession, Step
from connectid.recovery.tests.older_app import RECOVER, OlderApp, texts_to
from connectid.testing.answers import Answered
from connectid.testing.budget import StatementBudget
from connectid.testing.scene import BACKUP_CODE, new_account, new_number

pytestmark = pytest.mark.django_db

UNKNOWN: tuple[int, Any] = (401, {"error_code": "INVALID_SECRET_KEY"})


def told(answer: Answered) -> tuple[int, Any]:
    return answer.status_code, answer.json()


@pytest.fixture
def app() -> Iterator[OlderApp]:
    """An app that proved an account's number two minutes ago: texts to one number are a minute apart at least."""
    with clock.frozen() as now:
        app = OlderApp(new_account().phone_number).proven()
        now.advance(minutes=2)
        yield app


def test_a_text_that_says_what_its_code_does(app: OlderApp) -> None:
    """Row 200."""
    answer = app.call("initiate_deactivation")
    assert (answer.status_code, answer.content) == (200, b"")
    newest = texts_to(app.number)[0]
    assert "closes your PersonalID account" in newest
    assert sum(word.isdigit() and len(word) == 6 for word in newest.split()) == 1


def test_also_once_the_owner_is_proven(app: OlderApp) -> None:
    app.confirm_pin(BACKUP_CODE)
    assert app.call("initiate_deactivation").status_code == 200


@pytest.mark.parametrize("number", [None, new_number()])
def test_a_number_that_is_not_proven_whether_somebody_has_it_or_not(number: str | None) -> None:
    """E-22: existence is told only to whoever reads the number's texts."""
    app = OlderApp(number or new_account().phone_number)
    app.recover()
    before = len(texts_to(app.number))
    assert told(app.call("initiate_deactivation")) == UNKNOWN
    assert len(texts_to(app.number)) == before


def test_another_secret(app: OlderApp) -> None:
    """Row 401."""
    app.secret = "0" * 64
    assert told(app.call("initiate_deactivation")) == UNKNOWN


def test_not_after_the_end(app: OlderApp) -> None:
    RecoverySession.objects.update(step=Step.FINISHED)
    assert told(app.call("initiate_deactivation")) == UNKNOWN


@pytest.mark.parametrize("closed", [{"locked_at": clock.now()}, {}])
def test_an_account_that_was_closed_since(app: OlderApp, closed: dict[str, Any]) -> None:
    """Row 400; a lock cannot be got rid of by deactivating."""
    Account.objects.update(is_active=False, **closed)
    assert told(app.call("initiate_deactivation")) == (400, {"error_code": "USER_DOES_NOT_EXIST"})


def test_missing_keys(app: OlderApp) -> None:
    answer = app.post(f"{RECOVER}/initiate_deactivation", {"phone": app.number})
    assert told(answer) == (400, {"error": "OTP missing required key phone_number,secret_key"})


def test_the_app_asks_twice_and_one_text_goes_out(app: OlderApp) -> None:
    """So it does: its message screen asks, and so does the next one."""
    assert [app.call("initiate_deactivation").status_code for _ in range(2)] == [200, 200]
    assert len([text for text in texts_to(app.number) if "closes" in text]) == 1


def test_statements(app: OlderApp, statement_budget: StatementBudget) -> None:
    """Session, its new end, and the six of a send; one of them where the gap holds the text back."""
    with statement_budget.at_most(8):
        app.call("initiate_deactivation")
    statement_budget(
        3,
        cap=20,
        grow=lambda n: [OlderApp(new_account().phone_number).recover() for _ in range(n)],
        act=lambda: app.call("initiate_deactivation"),
    )
