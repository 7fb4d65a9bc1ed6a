"""GET /users/fetch_users (contract 7.1)."""

from typing import Any

import pytest
from django.test import Client
from structlog.testing import capture_logs

from connectid.core import clock
from connectid.directory import limits, queries
from connectid.directory.models import Kind, LookUp
from connectid.directory.tests.refusals import credentials_in_the_query, strangers
from connectid.oauth.models import Client as OAuthClient
from connectid.testing import buckets
from connectid.testing.budget import StatementBudget
from connectid.testing.clients import server_headers
from connectid.testing.scene import new_account, new_number

PATH = "/users/fetch_users"

pytestmark = pytest.mark.django_db


def fetch(client: Client, numbers: list[str], headers: dict[str, str] | None = None) -> Any:
    asking = server_headers("fetch_users") if headers is None else headers
    return client.get(PATH, {"phone_numbers": numbers}, headers=asking)


def test_active_accounts_with_exactly_these_keys(client: Client) -> None:
    """Connect builds an object of whatever it is given, so a key more or less breaks it."""
    one, two = new_account(name="Chikondi"), new_account(name="Zoë")
    new_account()
    answer = fetch(client, [one.phone_number, two.phone_number, "+265991999999"])
    assert answer.status_code == 200
    assert set(answer.json()) == {"found_users"}
    assert sorted(answer.json()["found_users"], key=lambda found: found["name"]) == [
        {"username": one.username, "phone_number": one.phone_number, "name": "Chikondi"},
        {"username": two.username, "phone_number": two.phone_number, "name": "Zoë"},
    ]
    assert "X-API-Current-Version" not in answer  # contract 2.2


def test_only_active_accounts(client: Client) -> None:
    """Neither a locked or deactivated account nor a number that nobody proved."""
    gone = new_account(is_active=False)
    unproven = new_account(phone_number="", unproven_number=new_number(), unproven_since=clock.now())
    answer = fetch(client, [gone.phone_number, unproven.unproven_number, ""])
    assert answer.json() == {"found_users": []}


def test_of_several_accounts_of_a_number_the_active_one(client: Client) -> None:
    number = new_number()
    new_account(phone_number=number, is_active=False)
    active = new_account(phone_number=number)
    assert [found["username"] for found in fetch(client, [number]).json()["found_users"]] == [active.username]


def test_a_number_is_told_as_it_was_asked_for_and_once(client: Client) -> None:
    """Connect takes every found number out of the set that it asked with."""
    account = new_account(phone_number="+265991234567")
    for spelling in ("+265991234567", "+265 99 123 45 67", " +265-991234567"):
        found = fetch(client, [spelling, "+265991234567", spelling]).json()["found_users"]
        assert [(one["username"], one["phone_number"]) for one in found] == [(account.username, spelling)]


@pytest.mark.parametrize(
    "number", ["nonsense", "265991234567", "0991234567", "+", "+1" * 100, "\ufffd", "\n"]
)
def test_what_is_no_number_belongs_to_nobody(client: Client, number: str) -> None:
    new_account(phone_number="+265991234567")
    answer = fetch(client, [number])
    assert (answer.status_code, answer.json()) == (200, {"found_users": []})


def test_nobody_asked_for(client: Client) -> None:
    headers = server_headers("fetch_users")
    for query in ("", "?phone_numbers=", "?other=1"):
        answer = client.get(f"{PATH}{query}", headers=headers)
        assert (answer.status_code, answer.json()) == (200, {"found_users": []})


def test_a_thousand_numbers_and_no_more(client: Client) -> None:
    account = new_account()
    numbers = [f"+26588{index:07}" for index in range(999)]
    answer = fetch(client, [*numbers, account.phone_number])
    assert [found["username"] for found in answer.json()["found_users"]] == [account.username]
    refused = fetch(client, [*numbers, account.phone_number, "+265991000000"])
    assert (refused.status_code, refused.json()) == (400, {"error_code": "NUMBERS_REFUSED"})
    assert client.get(f"{PATH}?phone_numbers=%00", headers=server_headers("fetch_users")).status_code == 400


def test_who_may_not(client: Client) -> None:
    """A4: 403 without a body, whatever is wrong; nothing is looked up (E-01, E-02)."""
    account = new_account()
    for headers in strangers("fetch_users"):
        answer = fetch(client, [account.phone_number], headers)
        assert (answer.status_code, answer.content) == (403, b"")
    assert credentials_in_the_query(client, PATH, "fetch_users") == 403
    assert not LookUp.objects.exists()
    assert client.post(PATH, headers=server_headers("fetch_users")).status_code == 405


def test_a_look_up_is_on_record(client: Client) -> None:
    """Who asked, from where, for how many, and who was found: no number, neither in the record nor in the log."""
    one, two, other = new_account(), new_account(), new_account()
    headers = server_headers("fetch_users", name="Connect")
    with capture_logs() as lines:
        fetch(client, [one.phone_number, two.phone_number, "+265991999999"], headers)
    record = LookUp.objects.get()
    assert record.client_id == OAuthClient.objects.get(name="Connect").client_id
    assert (record.kind, record.asked, record.found) == (Kind.FETCH_USERS, 3, 2)
    assert (record.account_ids, record.address) == ([one.pk, two.pk], "127.0.0.1")
    assert list(queries.look_ups_of(two.pk)) == [record]
    assert list(queries.look_ups_of(other.pk)) == []
    assert "looked_up" in [line["event"] for line in lines]
    assert one.phone_number not in repr(lines)
    assert one.phone_number not in repr(LookUp.objects.values())


def test_a_client_looks_up_a_bounded_number_of_times(client: Client) -> None:
    headers = server_headers("fetch_users")
    assert fetch(client, [], headers).status_code == 200
    asking = OAuthClient.objects.get()
    buckets.empty(limits.LOOK_UPS_PER_CLIENT, asking.client_id)
    refused = fetch(client, [], headers)
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0
    assert fetch(client, []).status_code == 200  # another client


def test_statements(client: Client, statement_budget: StatementBudget) -> None:
    """The client, the accounts, the record."""
    headers = server_headers("fetch_users")
    numbers: list[str] = []
    statement_budget(
        3,
        grow=lambda n: numbers.extend(new_account().phone_number for _ in range(n)),
        act=lambda: fetch(client, numbers, headers),
    )
