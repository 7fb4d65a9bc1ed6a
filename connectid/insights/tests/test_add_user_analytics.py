"""POST /users/add_user_analytics (contract 7.6, E-51)."""

import contextlib
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from connectid.insights import errors
from connectid.insights.models import HqSignIn
from connectid.insights.operations import sign_ins
from connectid.testing.budget import StatementBudget
from connectid.testing.clients import server_headers
from connectid.testing.issuers import Partner, new_issuer
from connectid.testing.scene import basic, new_account, new_phone

PATH = "/users/add_user_analytics"
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"

pytestmark = pytest.mark.django_db


@pytest.fixture
def issuer() -> Partner:
    return new_issuer()


def tell(client: Client, issuer: Partner, **body: Any) -> Any:
    return client.post(PATH, body, content_type=JSON, headers=issuer.headers)


def known() -> dict[str, datetime]:
    return dict(HqSignIn.objects.values_list("account__username", "at"))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-07-22T10:11:12.345678Z", datetime(2026, 7, 22, 10, 11, 12, 345_678, tzinfo=UTC)),
        ("2026-07-22T12:11:12+02:00", datetime(2026, 7, 22, 10, 11, 12, tzinfo=UTC)),
        ("2026-07-22T10:11:12", datetime(2026, 7, 22, 10, 11, 12, tzinfo=UTC)),
        ("2026-07-22 10:11", datetime(2026, 7, 22, 10, 11, tzinfo=UTC)),
        ("2026-07-22", datetime(2026, 7, 22, tzinfo=UTC)),
    ],
)
def test_json(client: Client, issuer: Partner, text: str, moment: datetime) -> None:
    account = new_account()
    answer = tell(client, issuer, username=account.username, hq_sso_date=text)
    assert (answer.status_code, answer.content) == (200, b"")
    assert known() == {account.username: moment}


def test_form_and_slash(client: Client, issuer: Partner) -> None:
    account = new_account()
    body = f"username={account.username}&hq_sso_date=2026-07-22T10%3A11%3A12Z"
    assert client.post(f"{PATH}/", body, content_type=FORM, headers=issuer.headers).status_code == 200
    assert known() == {account.username: datetime(2026, 7, 22, 10, 11, 12, tzinfo=UTC)}


def test_the_latest_word_counts(client: Client, issuer: Partner) -> None:
    account = new_account()
    for day in ("2026-07-22", "2026-07-20"):
        tell(client, issuer, username=account.username, hq_sso_date=day)
    assert known() == {account.username: datetime(2026, 7, 20, tzinfo=UTC)}


@pytest.mark.parametrize("body", [{}, {"hq_sso_date": None}, {"hq_sso_date": ""}])
def test_no_date_forgets(client: Client, issuer: Partner, body: dict[str, Any]) -> None:
    account, other = new_account(), new_account()
    for one in (account, other):
        tell(client, issuer, username=one.username, hq_sso_date="2026-07-22")
    assert tell(client, issuer, username=account.username, **body).status_code == 200
    assert set(known()) == {other.username}


@pytest.mark.parametrize(
    "body", [{}, {"username": None}, {"username": ""}, {"username": "", "hq_sso_date": "x"}]
)
def test_nobody_named(client: Client, issuer: Partner, body: dict[str, Any]) -> None:
    answer = tell(client, issuer, **body)
    assert (answer.status_code, answer.json()) == (400, {"error_code": "MISSING_DATA"})


@pytest.mark.parametrize(
    "text", ["yesterday", "2026-02-30", "2026-13-01T00:00:00Z", "0001-01-01T00:00:00+10:00"]
)
def test_no_date_at_all(client: Client, issuer: Partner, text: str) -> None:
    answer = tell(client, issuer, username=new_account().username, hq_sso_date=text)
    assert (answer.status_code, answer.json()) == (400, {"error_code": "INVALID_DATE"})
    assert known() == {}


@given(text=st.text(max_size=40) | st.text("0123456789-:TZ+. ", max_size=30) | st.datetimes().map(str))
def test_any_text_is_a_moment_or_refused(text: str) -> None:
    with contextlib.suppress(errors.InvalidDate):
        assert sign_ins.moment_of(text).tzinfo is UTC


@pytest.mark.parametrize("date", [5, {}, ["2026-07-22"], True])
def test_a_date_of_another_type(client: Client, issuer: Partner, date: Any) -> None:
    assert tell(client, issuer, username=new_account().username, hq_sso_date=date).status_code == 400
    assert known() == {}


@pytest.mark.parametrize("date", ["2026-07-22", None])
def test_nobody_has_that_name(client: Client, issuer: Partner, date: str | None) -> None:
    answer = tell(client, issuer, username="nobody", hq_sso_date=date)
    assert (answer.status_code, answer.json()) == (404, {"detail": "No ConnectUser matches the given query."})


def test_staff_are_nobody(client: Client, issuer: Partner) -> None:
    new_account(username="ann", is_staff=True)
    assert tell(client, issuer, username="ann", hq_sso_date="2026-07-22").status_code == 404


def test_names_in_any_case(client: Client, issuer: Partner) -> None:
    """The one that is written exactly so, else the one that was there first."""
    first, second = new_account(username="Thandiwe"), new_account(username="THANDIWE")
    for name, meant in (("THANDIWE", second), ("thandiwe", first)):
        assert tell(client, issuer, username=name, hq_sso_date="2026-07-22").status_code == 200
        assert set(known()) == {meant.username}
        HqSignIn.objects.all().delete()


def test_a_locked_account_has_a_past(client: Client, issuer: Partner) -> None:
    account = new_account(is_active=False)
    assert tell(client, issuer, username=account.username, hq_sso_date="2026-07-22").status_code == 200


def test_who_may_not(client: Client, issuer: Partner) -> None:
    """A7: an id that nobody has is told in other words than a wrong secret; a phone or a client is no issuer."""
    phone = new_phone()
    body = {"username": phone.account.username, "hq_sso_date": "2026-07-22"}
    unknown = {"error_code": "INVALID_CREDENTIALS"}
    missing = {"detail": "Authentication credentials were not provided."}
    for headers, said in (
        ({}, missing),
        (basic(issuer.issuer.client_id, "wrong"), missing),
        (basic("nobody", issuer.secret), unknown),
        (phone.headers, unknown),
        (server_headers("analytics"), unknown),
    ):
        answer = client.post(PATH, body, content_type=JSON, headers=headers)
        assert (answer.status_code, answer.json()) == (401, said)
    assert known() == {}


@pytest.mark.parametrize("date", ["2026-07-22", None])
def test_statements(client: Client, statement_budget: StatementBudget, date: str | None) -> None:
    """The issuer, the account, its sign-in."""
    issuer = new_issuer()
    account = new_account()
    statement_budget(
        3,
        grow=lambda count: [new_account(backup_code="") for _ in range(count)],
        act=lambda: tell(client, issuer, username=account.username, hq_sso_date=date),
    )
