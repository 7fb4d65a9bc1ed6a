"""GET /users/demo_users (contract 7.2)."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from connectid.core import clock
from connectid.directory.models import Kind, LookUp
from connectid.directory.tests.refusals import credentials_in_the_query, strangers
from connectid.testing.budget import StatementBudget
from connectid.testing.clients import server_headers
from connectid.verification import operations as verification
from connectid.verification.models import Challenge, Transport

PATH = "/users/demo_users"
LIFETIME = timedelta(minutes=10)

pytestmark = pytest.mark.django_db


def send(number: str, purpose: str = "own_number", *, transport: str = Transport.SMS) -> None:
    verification.send(
        address=number,
        transport=transport,
        purpose=purpose,
        scope="account:1",
        lifetime=LIFETIME,
        at=clock.now(),
    )


def check(number: str, code: str, purpose: str = "own_number") -> bool:
    return (
        verification.check(address=number, purpose=purpose, scope="account:1", code=code, at=clock.now())
        is None
    )


def ask(client: Client, headers: dict[str, str] | None = None) -> Any:
    return client.get(PATH, headers=server_headers("demo_users") if headers is None else headers)


def told(client: Client) -> list[dict[str, str]]:
    answer = ask(client)
    assert (answer.status_code, set(answer.json())) == (200, {"demo_users"})
    found: list[dict[str, str]] = answer.json()["demo_users"]
    return found


def test_live_codes_by_number_with_exactly_these_keys(client: Client) -> None:
    """The codes that older apps ask for, those that close an account among them; they work."""
    for number in ("+74260000003", "+74260000001", "+74260000002"):
        send(number)
    send("+74260000002", "deactivate")
    found = told(client)
    assert [one["phone_number"] for one in found] == [
        *("+74260000001", "+74260000002", "+74260000002", "+74260000003")
    ]
    assert {key for one in found for key in one} == {"phone_number", "token"}
    assert check("+74260000001", found[0]["token"])
    assert {check("+74260000002", one["token"], "deactivate") for one in found[1:3]} == {True, False}


def test_never_the_code_of_a_real_number(client: Client) -> None:
    send("+265991234567")
    send("+74260000001@example.org", transport=Transport.EMAIL)
    assert told(client) == []


def test_no_code_that_could_not_be_right(client: Client) -> None:
    """Used, expired, or tried too often."""
    for number in ("+74260000001", "+74260000002", "+74260000003"):
        send(number)
    check("+74260000001", told(client)[0]["token"])
    for _ in range(5):
        check("+74260000002", "no code")
    assert [one["phone_number"] for one in told(client)] == ["+74260000003"]
    with clock.frozen(clock.now() + LIFETIME):
        assert told(client) == []


def test_a_code_whose_key_left_the_ring_is_left_out(client: Client) -> None:
    send("+74260000001")
    send("+74260000002")
    Challenge.objects.filter(address="+74260000001").update(key_id="gone")
    assert [one["phone_number"] for one in told(client)] == ["+74260000002"]


def test_the_numbers_are_a_setting(client: Client, settings: Settings) -> None:
    """E-38."""
    send("+74260000001")
    settings.FICTITIOUS_NUMBER_PREFIXES = ["+12025550100"]
    send("+12025550100")
    assert [one["phone_number"] for one in told(client)] == ["+12025550100"]
    settings.FICTITIOUS_NUMBER_PREFIXES = []
    assert told(client) == []


def test_who_may_not(client: Client) -> None:
    """A4: 403 without a body (E-01)."""
    send("+74260000001")
    for headers in strangers("demo_users"):
        answer = ask(client, headers)
        assert (answer.status_code, answer.content) == (403, b"")
    assert credentials_in_the_query(client, PATH, "demo_users") == 403
    assert not LookUp.objects.exists()


def test_a_look_up_is_on_record(client: Client) -> None:
    send("+74260000001")
    told(client)
    record = LookUp.objects.get()
    assert (record.kind, record.asked, record.found) == (Kind.DEMO_USERS, 0, 1)


def test_statements(client: Client, statement_budget: StatementBudget) -> None:
    """The client, the codes, the record."""
    headers = server_headers("demo_users")
    made = iter(range(2000))

    def grow(count: int) -> None:
        for _ in range(count):
            send(f"+7426{next(made):07}")

    statement_budget(3, grow=grow, act=lambda: ask(client, headers))
