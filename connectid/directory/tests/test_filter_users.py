"""GET /users/filter_users (contract 7.10)."""

from typing import Any

import pytest
from django.test import Client

from connectid.accounts.models import Account
from connectid.core import clock
from connectid.credentials.models import Award
from connectid.directory import limits
from connectid.directory.models import Kind, LookUp
from connectid.directory.tests.refusals import credentials_in_the_query, strangers
from connectid.testing.budget import StatementBudget
from connectid.testing.clients import server_headers
from connectid.testing.issuers import new_award, new_issuer
from connectid.testing.scene import new_account

PATH = "/users/filter_users"

pytestmark = pytest.mark.django_db


def ask(client: Client, query: dict[str, str], headers: dict[str, str] | None = None) -> Any:
    return client.get(PATH, query, headers=server_headers("filter_users") if headers is None else headers)


def told(client: Client, **query: str) -> list[str]:
    answer = ask(client, query)
    assert (answer.status_code, set(answer.json())) == (200, {"found_users"})
    return [found["username"] for found in answer.json()["found_users"]]


def holder(slug: str = "app", *, accepted: bool = True, **fields: Any) -> Account:
    account = new_account(**fields)
    award(account, slug, accepted=accepted)
    return account


def award(account: Account, slug: str, *, accepted: bool = True, **changes: Any) -> Award:
    made = new_award(new_issuer(), account.pk, slug=slug, **changes)
    Award.objects.filter(pk=made.pk).update(accepted_at=clock.now() if accepted else None)
    return made


def test_the_accounts_of_a_country_with_exactly_these_keys(client: Client) -> None:
    malawian = new_account(phone_number="+265991000001", name="Chikondi")
    new_account(phone_number="+255751000001")
    new_account(phone_number="+265991000002", is_active=False)
    answer = ask(client, {"country": "+265"})
    assert answer.json() == {
        "found_users": [{"username": malawian.username, "phone_number": "+265991000001", "name": "Chikondi"}]
    }


def test_a_plus_that_was_not_encoded(client: Client) -> None:
    """It arrives as a space, and the contract writes the query so."""
    account = new_account(phone_number="+265991000001")
    answer = client.get(f"{PATH}?country=+265", headers=server_headers("filter_users"))
    assert [found["username"] for found in answer.json()["found_users"]] == [account.username]


@pytest.mark.parametrize("country", ["Malawi", "MW", "+", "+26599", "%", "_", "+2 65", "+\u0662\u0666\u0665"])
def test_what_is_no_country_has_no_accounts(client: Client, country: str) -> None:
    new_account(phone_number="+265991000001")
    assert told(client, country=country) == []


def test_only_accepted_credentials(client: Client) -> None:
    accepted = holder()
    holder(accepted=False)
    holder("another")
    gone, revoked = holder(), holder()
    Account.objects.filter(pk=gone.pk).update(is_active=False)
    Award.objects.filter(account=revoked).update(revoked_at=clock.now())
    assert told(client, credential="app") == [accepted.username]


def test_acceptance_and_slug_are_of_the_same_award(client: Client) -> None:
    account = holder("another")
    award(account, "app", accepted=False)
    assert told(client, credential="app") == []


def test_once_for_each_credential_of_the_slug(client: Client) -> None:
    account = new_account()
    for level in ("1MON_ACTIVE", "2MON_ACTIVE"):
        award(account, "app", level=level)
    assert told(client, credential="app") == [account.username] * 2


def test_country_and_credential(client: Client) -> None:
    both = holder(phone_number="+265991000001")
    holder(phone_number="+255751000001")
    new_account(phone_number="+265991000002")
    assert told(client, country="+265", credential="app") == [both.username]


@pytest.mark.parametrize("query", [{}, {"country": ""}, {"country": " ", "credential": ""}])
def test_nothing_to_filter_by(client: Client, query: dict[str, str]) -> None:
    answer = ask(client, query)
    assert (answer.status_code, answer.json()) == (
        400,
        {"error": "you must have a country or a credential"},
    )


def test_never_more_than_can_be_answered(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refused as a whole: half an answer would pass for a whole one."""
    monkeypatch.setattr(limits, "MOST_FOUND", 2)
    for number in ("+265991000001", "+265991000002"):
        new_account(phone_number=number)
    assert len(told(client, country="+265")) == 2
    new_account(phone_number="+265991000003")
    answer = ask(client, {"country": "+265"})
    assert (answer.status_code, answer.json()) == (400, {"error": "too many users match"})


def test_who_may_not(client: Client) -> None:
    """A5: 403 with detail (E-01, E-02)."""
    new_account()
    for headers in strangers("filter_users"):
        answer = ask(client, {"country": "+265"}, headers)
        expected = {"detail": "Authentication credentials were not provided."}
        assert (answer.status_code, answer.json()) == (403, expected)
    assert credentials_in_the_query(client, PATH, "filter_users") == 403
    assert not LookUp.objects.exists()


def test_a_look_up_is_on_record(client: Client) -> None:
    account = holder("app", phone_number="+265991000001")
    told(client, country="+265", credential="app")
    record = LookUp.objects.get()
    assert (record.kind, record.filters, record.account_ids) == (
        Kind.FILTER_USERS,
        "+265 app",
        [account.pk],
    )


@pytest.mark.parametrize("query", [{"country": "+265"}, {"credential": "app"}])
def test_statements(client: Client, statement_budget: StatementBudget, query: dict[str, str]) -> None:
    """The client, the accounts, the record."""
    headers = server_headers("filter_users")
    numbers = iter(range(2000))

    def grow(count: int) -> None:
        for _ in range(count):
            holder("app", phone_number=f"+26588{next(numbers):07}")

    statement_budget(3, grow=grow, act=lambda: ask(client, query, headers))
