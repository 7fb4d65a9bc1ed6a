"""GET /users/fetch_user_analytics (contract 7.8)."""

import json
import tracemalloc
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from django.test import Client

from connectid.accounts.models import Account
from connectid.directory.tests.refusals import credentials_in_the_query, strangers
from connectid.insights.limits import ANALYTICS_PER_CLIENT
from connectid.insights.models import HqSignIn
from connectid.testing.budget import StatementBudget
from connectid.testing.clients import server_headers
from connectid.testing.scene import new_account
from connectid.web import spooling

PATH = "/users/fetch_user_analytics"

pytestmark = pytest.mark.django_db


def ask(client: Client, headers: dict[str, str] | None = None) -> Any:
    return client.get(PATH, headers=headers or server_headers("analytics"))


def told(client: Client) -> Any:
    answer = ask(client)
    content = answer.getvalue()
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    assert answer["Content-Length"] == str(len(content))
    found = json.loads(content)
    assert set(found) == {"data"}
    return found["data"]


def test_exactly_these_keys(client: Client) -> None:
    never, once = new_account(), new_account()
    HqSignIn.objects.create(account=once, at=datetime(2026, 7, 22, 10, 11, 12, 345_678, tzinfo=UTC))
    assert sorted(told(client), key=str) == sorted(
        [
            {"username": never.username, "hq_sso_date": None},
            {"username": once.username, "hq_sso_date": "2026-07-22T10:11:12.345Z"},
        ],
        key=str,
    )


def test_active_workers_only(client: Client) -> None:
    new_account(is_active=False)
    Account.objects.create_superuser("ann", "a long password")
    assert told(client) == []


def test_many_are_one_list(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many pages of the database, parts of the answer and bytes of memory they take."""
    monkeypatch.setattr(spooling, "AT_A_TIME", 3)
    monkeypatch.setattr(spooling, "IN_MEMORY", 100)
    names = {
        new_account(username=f'odd "name" {number} \\ é', backup_code="").username for number in range(10)
    }
    assert {one["username"] for one in told(client)} == names


class Names(msgspec.Struct):
    names: list[str]


def test_what_waits_in_memory_does_not_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spooling, "IN_MEMORY", 10_000)
    peaks = []
    for count in (1_000, 10_000):
        tracemalloc.start()
        answer: Any = spooling.json_list(Names, (f"{number:020}" for number in range(count)))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert len(json.loads(answer.getvalue())["names"]) == count
        answer.close()
    assert peaks[1] < 2 * peaks[0]


def test_limited_by_client(client: Client) -> None:
    headers = server_headers("analytics")
    for _ in range(ANALYTICS_PER_CLIENT.amount):
        ask(client, headers).getvalue()
    answer = ask(client, headers)
    assert (answer.status_code, "Retry-After" in answer) == (429, True)
    assert told(client) == []


def test_head(client: Client) -> None:
    answer: Any = client.head(PATH, headers=server_headers("analytics"))
    assert (answer.status_code, answer.getvalue()) == (200, b"")


def test_who_may_not(client: Client) -> None:
    """A4: 403 without a body (E-01)."""
    for headers in strangers("analytics"):
        answer = ask(client, headers) if headers else client.get(PATH)
        assert (answer.status_code, answer.content) == (403, b"")
    assert credentials_in_the_query(client, PATH, "analytics") == 403


def test_statements(client: Client, statement_budget: StatementBudget) -> None:
    """The client, and everybody."""
    headers = server_headers("analytics")

    def grow(accounts: int) -> None:
        for _ in range(accounts):
            new_account(backup_code="")

    statement_budget(2, grow=grow, act=lambda: ask(client, headers).getvalue())
