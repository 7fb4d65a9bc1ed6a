"""GET /users/phone_available (contract 9; E-22)."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.test import Client, override_settings

from connectid.accounts import limits
from connectid.core import clock
from connectid.core.ratelimit import Limit
from connectid.testing.answers import Answered
from connectid.testing.budget import StatementBudget
from connectid.testing.older_app import registered
from connectid.testing.scene import basic, new_account, new_number
from connectid.verification.limits import CountedLimit

PATH = "/users/phone_available"

pytestmark = pytest.mark.django_db


def ask(number: str, *, address: str = "192.0.2.1", query: str = "", **headers: str) -> Answered:
    query = query or f"phone_number={quote(number, safe='')}"
    answer: Answered = Client(REMOTE_ADDR=address).get(f"{PATH}?{query}", headers=headers)
    return answer


def told(answer: Answered) -> tuple[int, bytes]:
    return answer.status_code, answer.content


def test_a_number_that_nobody_has() -> None:
    """9, row 200."""
    assert told(ask(new_number())) == (200, b"")


def test_a_number_that_an_account_has() -> None:
    """9, row 403."""
    assert told(ask(new_account().phone_number)) == (403, b"")


def test_a_number_that_is_not_proven_is_nobodys() -> None:
    """E-21."""
    assert told(ask(registered().phone_number)) == (200, b"")


def test_a_number_of_a_closed_account() -> None:
    assert told(ask(new_account(is_active=False).phone_number)) == (200, b"")


@pytest.mark.parametrize("query", ["", "x=1", "phone_number=", "phone_number=0991", "phone_number=%00"])
def test_no_number(query: str) -> None:
    """9, row 400."""
    assert told(ask("", query=query or "y=1")) == (400, b"")


@pytest.mark.parametrize("plus", ["%2B", "%2b", "%252b", "+"])
def test_the_plus_as_apps_send_it(plus: str) -> None:
    """Some encode it twice, and some not at all."""
    number = new_account().phone_number
    assert told(ask("", query=f"phone_number={plus}{number[1:]}")) == (403, b"")


def test_wrong_credentials_are_refused() -> None:
    """2.5."""
    assert ask(new_number(), **basic("nobody", "x")).status_code == 401


def test_an_address_runs_out_alike_for_known_and_unknown_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """E-22: refused before anything is looked up."""
    monkeypatch.setattr(limits, "AVAILABILITY_PER_ADDRESS", Limit("test", 2, within=timedelta(hours=1)))
    known = new_account().phone_number
    assert [ask(number).status_code for number in (known, new_number(), known, new_number())] == [
        403,
        200,
        429,
        429,
    ]
    assert ask(known, address="198.51.100.1").status_code == 403


def test_everybody_together_runs_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """E-22: also where many addresses take part; with limits off, too."""
    monkeypatch.setattr(limits, "AVAILABILITY_IN_ALL", CountedLimit(name="availability", an_hour=2))
    known = new_account().phone_number
    with override_settings(RATE_LIMITS=False), clock.frozen(clock.now()):
        answers = [ask(known, address=f"198.51.{n}.1") for n in range(4)]
    assert [answer.status_code for answer in answers] == [403, 403, 429, 429]
    assert int(answers[3].headers["Retry-After"]) > 0


def test_switched_off() -> None:
    with override_settings(LEGACY_MOBILE_API=False):
        assert ask(new_number()).status_code == 404


@pytest.mark.parametrize("known", [True, False])
def test_statements(statement_budget: StatementBudget, known: bool) -> None:
    """The limit and the number."""
    number = new_account().phone_number if known else new_number()

    def grow(count: int) -> None:
        for _ in range(count):
            new_account()

    statement_budget(2, grow=grow, act=lambda: ask(number))
