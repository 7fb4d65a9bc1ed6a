"""``GET /toggles`` (contract 5.15, 2.3, 4.1, 11; E-35 to E-37)."""

import base64
import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries
from waffle.models import Switch

from connectid.accounts.models import Account, new_subject
from connectid.core import clock
from connectid.core.clock import FrozenClock
from connectid.devices.operations import credentials as devices
from connectid.providers.connect import Toggle as ConnectToggle
from connectid.testing.budget import StatementBudget
from connectid.testing.fake_http import Answer, FakeHttpServer
from connectid.toggles import queries
from connectid.toggles.tests.partners import entry, fails, says
from connectid.toggles.toggle import of_connect

pytestmark = pytest.mark.django_db

MADE_AT = datetime(2026, 7, 22, 10, 11, 12, 345678, tzinfo=UTC)
CHANGED_AT = datetime(2026, 7, 23, tzinfo=UTC)
UNAVAILABLE = {"error_code": "CONFIGURATION_TEMPORARILY_UNAVAILABLE"}


def make_switch(name: str = "email_otp_verification", *, active: bool = True) -> None:
    Switch.objects.create(name=name, active=active, created=MADE_AT)
    # waffle overwrites `modified` with the present moment when it saves.
    Switch.objects.filter(name=name).update(modified=CHANGED_AT)


def phone() -> tuple[str, dict[str, str]]:
    """An enrolled phone: its username and its header."""
    account = Account.objects.create(username=new_subject())
    credential = devices.issue(account_id=account.pk, installation_id="a", model="m", at=clock.now())
    return account.username, basic(account.username, credential)


def basic(name: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()}


def toggles(client: Client, headers: dict[str, str] | None = None) -> dict[str, Any]:
    response = client.get("/toggles", headers=headers)
    assert response.status_code == 200, response.content
    found: dict[str, Any] = response.json()["toggles"]
    return found


# The answer.


@pytest.mark.parametrize("path", ["/toggles", "/toggles/"])
def test_both_paths_answer_plainly(client: Client, path: str) -> None:
    """Rule 1; 2.2: not versioned, so without the header, and any Accept will do."""
    make_switch()
    response = client.get(path, headers={"Accept": "application/json;version=9.9"})
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    assert "X-API-Current-Version" not in response
    assert response.json() == {
        "toggles": {
            "email_otp_verification": {
                "active": True,
                "created_at": "2026-07-22T10:11:12.345Z",
                "modified_at": "2026-07-23T00:00:00Z",
            }
        }
    }


def test_connect_is_laid_over_our_switches(client: Client, connect: FakeHttpServer) -> None:
    """5.1: the union; Connect wins, its dates unchanged."""
    make_switch("ours")
    make_switch("both", active=True)
    says(connect, entry("both", active=False), entry("theirs", created=None, modified=None))
    found = toggles(client)
    assert set(found) == {"ours", "both", "theirs"}
    assert found["both"] == {
        "active": False,
        "created_at": "2024-05-06T07:08:09.123Z",
        "modified_at": "2025-05-06T07:08:09.123Z",
    }
    assert found["theirs"] == {"active": True}


@pytest.mark.parametrize("date", ["soon", "", "2024-05-06", "2024-13-45T00:00:00Z", "2024-05-06T07:08:09", 7])
def test_what_the_app_cannot_read_is_left_out(client: Client, connect: FakeHttpServer, date: Any) -> None:
    """4.1: a date it cannot parse crashes it."""
    says(connect, entry("theirs", created=date, modified="2025-05-06T07:08:09+03:00"))
    assert toggles(client) == {"theirs": {"active": True, "modified_at": "2025-05-06T07:08:09+03:00"}}


def test_an_entry_that_is_no_toggle_is_skipped(client: Client, connect: FakeHttpServer) -> None:
    """4.1: without `active` there is no toggle."""
    says(connect, entry("a", active=None), entry("b", active="yes"), {"active": True}, 7, None, entry("c"))
    assert set(toggles(client)) == {"c"}


@given(st.text())
def test_any_date_is_passed_on_or_left_out(text: str) -> None:
    found = of_connect(ConnectToggle(active=True, created_at=text))
    if isinstance(found.created_at, str):
        assert found.created_at == text
        assert datetime.fromisoformat(text).tzinfo is not None


# Whose toggles.


def test_connect_is_asked_about_the_account(client: Client, connect: FakeHttpServer) -> None:
    """E-36: flags of one person apply."""
    username, headers = phone()
    toggles(client, headers)
    assert connect.requests[0].query == {"username": [username]}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Basic !"},
        {"Authorization": "Basic"},
        {"Authorization": "Bearer abc"},
        basic("nobody", "x" * 64),
    ],
)
def test_bad_credentials_are_those_of_anyone(
    client: Client, connect: FakeHttpServer, headers: dict[str, str]
) -> None:
    """5.15: never fail because of credentials."""
    assert set(toggles(client, headers)) == {"feature"}
    assert connect.requests[0].query == {}


def test_a_revoked_device_is_anyone(client: Client, connect: FakeHttpServer) -> None:
    username, headers = phone()
    account = Account.objects.get(username=username)
    devices.issue(account_id=account.pk, installation_id="b", model="m", at=clock.now())
    toggles(client, headers)
    assert connect.requests[0].query == {}


def test_connect_is_asked_about_a_number_by_number(connect: FakeHttpServer) -> None:
    """E-35."""
    queries.fetch(phone_number="+255712345678", at=clock.now(), deadline=5)
    assert connect.requests[0].query == {"number": ["+255712345678"]}


# How often, and what when Connect fails (E-36, E-37).


def test_connect_is_asked_once_a_minute(client: Client, connect: FakeHttpServer, now: FrozenClock) -> None:
    for seconds in (0, 30, 29):
        now.advance(timedelta(seconds=seconds))
        toggles(client)
    assert len(connect.requests) == 1
    now.advance(seconds=1)
    toggles(client)
    assert len(connect.requests) == 2


def test_each_caller_has_answers_of_its_own(client: Client, connect: FakeHttpServer) -> None:
    _, headers = phone()
    says(connect, entry("everybody"))
    toggles(client)
    says(connect, entry("mine"))
    assert set(toggles(client, headers)) == {"mine"}
    assert set(toggles(client)) == {"everybody"}


def test_the_last_good_answer_stands_in(client: Client, connect: FakeHttpServer, now: FrozenClock) -> None:
    toggles(client)
    fails(connect)
    now.advance(hours=5)
    assert set(toggles(client)) == {"feature"}
    now.advance(hours=20)
    response = client.get("/toggles")
    assert (response.status_code, response.json()) == (503, UNAVAILABLE)


def test_a_failing_connect_is_not_asked_by_every_request(
    client: Client, connect: FakeHttpServer, now: FrozenClock
) -> None:
    toggles(client)
    fails(connect)
    now.advance(minutes=2)
    asked = len(connect.requests)
    toggles(client)
    after_the_first = len(connect.requests)
    assert after_the_first > asked
    for _ in range(5):
        toggles(client)
    assert len(connect.requests) == after_the_first


def test_who_has_no_answer_is_told_to_come_back(client: Client, connect: FakeHttpServer) -> None:
    """5.15, row 503."""
    fails(connect)
    response = client.get("/toggles")
    assert (response.status_code, response.json()) == (503, UNAVAILABLE)
    says(connect, entry("feature"))
    assert set(toggles(client)) == {"feature"}


def test_an_answer_that_lists_nothing_is_a_failure(client: Client, connect: FakeHttpServer) -> None:
    toggles(client)
    connect.answers(Answer(json={"error": "?"}))
    with clock.frozen(clock.now() + timedelta(minutes=2)):
        assert set(toggles(client)) == {"feature"}


def test_a_new_number_gets_everybodys_toggles_while_connect_fails(
    client: Client, connect: FakeHttpServer
) -> None:
    """E-37: an outage of the toggles keeps nobody from enrolling."""
    toggles(client)
    fails(connect)
    found = queries.fetch(phone_number="+255712345678", at=clock.now(), deadline=5)
    assert set(found) == {"feature"}


# Statements.


@pytest.mark.usefixtures("now")
def test_toggles_take_one_statement_cold_and_none_warm(
    client: Client, statement_budget: StatementBudget
) -> None:
    numbers = itertools.count()

    def grow(count: int) -> None:
        for _ in range(count):
            make_switch(f"switch-{next(numbers)}")

    def act() -> None:
        queries.forget()
        toggles(client)

    statement_budget(1, grow=grow, act=act)
    with statement_budget.at_most(0):
        assert len(toggles(client)) == next(numbers)


@pytest.mark.usefixtures("now")
def test_knowing_the_phone_takes_one_statement_more(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    _, headers = phone()
    toggles(client, headers)
    with django_assert_num_queries(1):
        toggles(client, headers)
