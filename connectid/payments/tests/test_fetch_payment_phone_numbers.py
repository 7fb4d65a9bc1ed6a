"""GET /users/fetch_payment_phone_numbers (contract 10)."""

from typing import Any

import pytest
from django.test import Client
from structlog.testing import capture_logs

from connectid.accounts.models import Account
from connectid.payments.models import PaymentNumber, Status
from connectid.testing.budget import StatementBudget
from connectid.testing.clients import server_headers
from connectid.testing.payees import new_payee
from connectid.testing.scene import new_number, new_phone

PATH = "/users/fetch_payment_phone_numbers"

pytestmark = pytest.mark.django_db


def fetch(client: Client, usernames: list[str], *, headers: dict[str, str] | None = None, **more: str) -> Any:
    asking = server_headers("payments") if headers is None else headers
    return client.get(PATH, {"usernames": usernames, **more}, headers=asking)


def told(client: Client, usernames: list[str], *, status: str | None = None) -> list[dict[str, str]]:
    answer = fetch(client, usernames) if status is None else fetch(client, usernames, status=status)
    assert (answer.status_code, set(answer.json())) == (200, {"found_payment_numbers"})
    found: list[dict[str, str]] = answer.json()["found_payment_numbers"]
    return found


def test_numbers_with_exactly_these_keys(client: Client) -> None:
    one, two, other = new_payee(), new_payee(), new_payee()
    numbers = {payee.username: payee.prove() for payee in (one, two, other)}
    expected = [
        {"username": name, "phone_number": numbers[name], "status": "pending"}
        for name in sorted((one.username, two.username))
    ]
    assert told(client, [one.username, two.username, one.username, "nobody"]) == expected


def test_of_one_status(client: Client) -> None:
    one, two = new_payee(), new_payee()
    for payee in (one, two):
        payee.prove()
    PaymentNumber.objects.filter(account=one.phone.account).update(status=Status.APPROVED)
    both = [one.username, two.username]
    assert [found["username"] for found in told(client, both, status="approved")] == [one.username]
    assert [found["username"] for found in told(client, both, status="pending")] == [two.username]
    assert told(client, both, status="rejected") == []
    assert len(told(client, both, status="")) == 2


def test_neither_unproven_numbers_nor_closed_accounts(client: Client) -> None:
    waiting, gone = new_payee(), new_payee()
    waiting.name(new_number())
    gone.prove()
    Account.objects.filter(username=gone.username).update(is_active=False)
    assert told(client, [waiting.username, gone.username]) == []


def test_nobody_asked_for(client: Client) -> None:
    """Never everybody."""
    new_payee().prove()
    assert told(client, []) == []
    assert told(client, [""], status="pending") == []


def test_what_cannot_be_asked(client: Client) -> None:
    """A state that there is not was a 500 (E-45)."""
    for answer in (fetch(client, ["x"], status="paid"), fetch(client, [str(n) for n in range(1001)])):
        assert (answer.status_code, answer.json()) == (400, {"error": "INVALID_QUERY"})


def test_who_may_not(client: Client) -> None:
    """A5."""
    expected = (403, {"detail": "Authentication credentials were not provided."})
    for headers in ({}, new_phone().headers, server_headers("send", "fetch_users")):
        answer = fetch(client, ["x"], headers=headers)
        assert (answer.status_code, answer.json()) == expected


def test_the_log_names_the_client_and_no_number(client: Client) -> None:
    payee = new_payee()
    number = payee.prove()
    with capture_logs() as lines:
        told(client, [payee.username])
    assert [line["count"] for line in lines if line["event"] == "payment_numbers_told"] == [1]
    assert number not in repr(lines)


def test_statements(client: Client, statement_budget: StatementBudget) -> None:
    """The client and the numbers."""
    headers = server_headers("payments")
    usernames: list[str] = []

    def grow(count: int) -> None:
        for _ in range(count):
            payee = new_payee()
            payee.has_proven()
            usernames.append(payee.username)

    statement_budget(2, grow=grow, act=lambda: fetch(client, usernames, headers=headers))
