"""The record of look-ups: what an auditor sees, how long it is kept."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from connectid.accounts.models import Account
from connectid.core import clock
from connectid.directory import queries
from connectid.directory.models import Kind, LookUp
from connectid.directory.operations import look_ups
from connectid.testing.budget import StatementBudget
from connectid.testing.scene import new_account

PAGE = "/admin/directory/lookup/"

pytestmark = pytest.mark.django_db


def look_up(client_id: str = "a-client", *accounts: int, age: timedelta = timedelta(0)) -> LookUp:
    return LookUp.objects.create(
        client_id=client_id,
        kind=Kind.FETCH_USERS,
        asked=3,
        found=len(accounts),
        account_ids=list(accounts),
        at=clock.now() - age,
    )


@pytest.fixture
def auditor(client: Client) -> Client:
    """Signed in to the admin."""
    client.force_login(Account.objects.create_superuser("auditor", "correct horse battery staple"))
    return client


def test_found_by_client_and_by_the_person_looked_up(auditor: Client) -> None:
    person, other = new_account(), new_account()
    look_up("connect-1", person.pk)
    look_up("connect-2", other.pk)
    for term in ("connect-1", person.username):
        page = auditor.get(PAGE, {"q": term}).content.decode()
        assert "connect-1" in page
        assert "connect-2" not in page


def test_one_look_up_names_those_it_found(auditor: Client) -> None:
    person = new_account()
    record = look_up("connect-1", person.pk, 10**9)
    page = auditor.get(f"{PAGE}{record.pk}/change/").content.decode()
    assert person.username in page
    assert "account 1000000000, gone" in page
    assert person.phone_number not in page


def test_nobody_changes_the_record(auditor: Client) -> None:
    record = look_up()
    assert auditor.get(f"{PAGE}add/").status_code == 403
    for act in ("change", "delete"):
        assert auditor.post(f"{PAGE}{record.pk}/{act}/", {"post": "yes"}).status_code == 403


def test_kept_for_a_year_and_a_month(statement_budget: StatementBudget) -> None:
    kept = look_up(age=timedelta(days=399))
    for _ in range(20):
        look_up(age=timedelta(days=400))
    with statement_budget.at_most(1):
        assert look_ups.prune(at=clock.now()) == 20
    assert list(LookUp.objects.all()) == [kept]


@pytest.mark.postgresql
def test_who_looked_somebody_up_reads_an_index() -> None:
    LookUp.objects.bulk_create(
        LookUp(
            client_id="c",
            kind=Kind.FETCH_USERS,
            asked=9,
            found=9,
            account_ids=[n, n + 1],
            at=clock.now(),
        )
        for n in range(5000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE directory_lookup")
        cursor.execute("SELECT pg_catalog.gin_clean_pending_list('look_up_accounts')")
    plan = queries.look_ups_of(77).order_by().explain()
    assert "look_up_accounts" in plan, plan


@pytest.mark.postgresql
@pytest.mark.parametrize("count", [2, 30])
def test_numbers_are_found_by_their_index(count: int) -> None:
    """Of however many numbers: the index leaves the empty number out, and the statement says so too."""
    Account.objects.bulk_create(
        Account(username=f"u{n}", phone_number=f"+26588{n:07}", password="!") for n in range(5000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE accounts_account")
    wanted = [f"+26588{n:07}" for n in range(count)]
    accounts = Account.objects.filter(phone_number__in=wanted, is_active=True).exclude(phone_number="")
    plan = accounts.values_list("pk").explain()
    assert "one_active_account_per_number" in plan, plan
    assert "Seq Scan" not in plan, plan
