"""GET /users/fetch_user_counts (contract 7.7; report item 14)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from connectid.accounts.models import Account
from connectid.core import clock, events
from connectid.directory.tests.refusals import credentials_in_the_query, strangers
from connectid.enrollment.models import EnrollmentSession
from connectid.enrollment.tests.completing import PATH as COMPLETE
from connectid.enrollment.tests.completing import profile
from connectid.insights import queries
from connectid.insights.operations import counting
from connectid.insights.tests.counting_scene import AUGUST, JULY, PATH, slowly, told, worker
from connectid.testing.budget import StatementBudget
from connectid.testing.clients import server_headers
from connectid.testing.scene import new_account, new_session

pytestmark = pytest.mark.django_db


def test_by_month_in_utc(client: Client) -> None:
    worker(JULY)
    worker(AUGUST)
    worker(AUGUST)
    assert told(client) == ({"2026-07": 1, "2026-08": 2}, {"2026-07": 1, "2026-08": 2})


def test_nobody(client: Client) -> None:
    assert told(client) == ({}, {})


def test_all_are_counted_but_some_are_not_among_the_non_invited(client: Client) -> None:
    """Inactive accounts, staff, and those that were invited or came without a session, count among all only."""
    worker()
    worker(is_active=False)
    worker(is_self_enrolled=False, is_invited=True)
    new_account(date_joined=JULY, is_self_enrolled=False)
    staff = Account.objects.create_superuser("ann", "a long password")
    Account.objects.filter(pk=staff.pk).update(date_joined=JULY)
    assert told(client) == ({"2026-07": 5}, {"2026-07": 1})


@pytest.mark.parametrize("rolled_up", [False, True], ids=["at once", "counted"])
def test_enrolled_over_http(client: Client, rolled_up: bool) -> None:
    """Of four who enrol, the one whom nobody invited is among the non-invited, as the contract's own words find."""
    for fields in ({}, {"is_invited": True}, {"phone_number": "+74260000017", "is_fictitious": True}):
        assert (
            client.post(COMPLETE, profile(), headers=new_session(proven=True, **fields).headers).status_code
            == 200
        )
    if rolled_up:
        counting.roll_up()
    month = f"{clock.now():%Y-%m}"
    assert told(client) == ({month: 3}, {month: 1})
    assert in_the_words_of_the_contract() == 1


def in_the_words_of_the_contract() -> int:
    """Active, not +7426, with a non-invited session whose [created, expires] contains date_joined."""
    return sum(
        EnrollmentSession.objects.filter(
            phone_number=account.phone_number,
            is_invited=False,
            created_at__lte=account.date_joined,
            expires_at__gte=account.date_joined,
        ).exists()
        for account in Account.objects.filter(is_active=True).exclude(phone_number__startswith="+7426")
    )


def test_exact_without_the_job_between(client: Client) -> None:
    """What was counted in an earlier month and changed since is right at once, before and after the job."""
    accounts = [worker(JULY - timedelta(days=40 * number)) for number in range(6)]
    counting.roll_up()
    Account.objects.filter(pk__in=[accounts[0].pk, accounts[3].pk]).update(is_active=False)
    worker(AUGUST)
    assert told(client) == slowly()
    counting.roll_up()
    assert told(client) == slowly()
    Account.objects.filter(pk=accounts[0].pk).update(is_active=True)
    assert told(client) == slowly()


def test_who_may_not(client: Client) -> None:
    """A4: 403 without a body (E-01)."""
    for headers in strangers("counts"):
        answer = client.get(PATH, headers=headers)
        assert (answer.status_code, answer.content) == (403, b"")
    assert credentials_in_the_query(client, PATH, "counts") == 403


def test_both_slashes_and_no_version(client: Client) -> None:
    answer = client.get(
        f"{PATH}/", headers=server_headers("counts") | {"Accept": "application/json;version=9"}
    )
    assert answer.status_code == 200
    assert "X-API-Current-Version" not in answer


def test_statements(client: Client, statement_budget: StatementBudget) -> None:
    """The client, and the counts: those that are kept and those that changed."""
    headers = server_headers("counts")

    def grow(accounts: int) -> None:
        for number in range(accounts):
            worker(JULY - timedelta(days=40 * number))
        counting.roll_up(at_most=accounts // 2)

    statement_budget(2, grow=grow, act=lambda: client.get(PATH, headers=headers))


def test_what_changed_is_found_by_its_index() -> None:
    """Not one of the counted accounts is read."""
    for _ in range(300):
        worker()
    counting.roll_up()
    statement = f"SELECT counted_as FROM accounts_account WHERE {queries.to_count()}"  # noqa: S608
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE accounts_account")
        explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
        cursor.execute(f"{explain} {statement}")
        assert "account_to_count" in str(cursor.fetchall())


_ordinal = count()


@settings(max_examples=10, deadline=None)
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["join", "invite", "lock", "open", "count", "delete"]), st.integers(0, 5)),
        max_size=20,
    )
)
def test_exact_whatever_happens(steps: list[tuple[str, int]]) -> None:
    """To accounts, in whatever order, and whenever the job runs."""
    with transaction.atomic():
        for what, place in steps:
            _STEPS[what](place)
            found = queries.user_counts()
            assert (found.total, found.self_enrolled) == slowly()
        transaction.set_rollback(True)


def _some(place: int) -> Any:
    keys = list(Account.objects.order_by("pk").values_list("pk", flat=True))
    return Account.objects.filter(pk=keys[place % len(keys)] if keys else 0)


def _join(place: int, **fields: Any) -> None:
    month: datetime = JULY - timedelta(days=45 * place)
    number = next(_ordinal)
    Account.objects.create(username=f"exact-{number}", date_joined=month, **fields)


def _delete(place: int) -> None:
    doomed = list(_some(place).values_list("pk", flat=True))
    counting.forget(events.AccountsToDelete(doomed))
    Account.objects.filter(pk__in=doomed).delete()


_STEPS: dict[str, Callable[[int], Any]] = {
    "join": lambda place: _join(place, is_self_enrolled=True),
    "invite": lambda place: _join(place, is_invited=True),
    "lock": lambda place: _some(place).update(is_active=False),
    "open": lambda place: _some(place).update(is_active=True),
    "count": lambda place: counting.roll_up(batch=2, at_most=place + 1),
    "delete": _delete,
}
