"""POST /users/validate_payment_phone_numbers (contract 10; E-45)."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from connectid.accounts.models import Account
from connectid.core import clock, phone
from connectid.notifications.models import Kind, Notification
from connectid.oauth.models import Client as OAuthClient
from connectid.payments.models import Judgement, PaymentNumber, Status
from connectid.testing.budget import StatementBudget
from connectid.testing.clients import server_headers
from connectid.testing.payees import Payee, new_payee
from connectid.testing.scene import new_number, new_phone

PATH = "/users/validate_payment_phone_numbers"

pytestmark = pytest.mark.django_db


def validate(client: Client, updates: Any, headers: dict[str, str] | None = None) -> Any:
    asking = server_headers("payments") if headers is None else headers
    return client.post(PATH, {"updates": updates}, content_type="application/json", headers=asking)


def update(payee: Payee, number: str, status: str) -> dict[str, str]:
    return {"username": payee.username, "phone_number": number, "status": status}


def status_of(payee: Payee) -> str:
    return PaymentNumber.objects.get(account=payee.phone.account).status


def test_all_three_judgements(client: Client) -> None:
    payees = [new_payee() for _ in range(4)]
    statuses = ["approved", "rejected", "approved", "pending"]
    updates = [update(one, one.prove(), status) for one, status in zip(payees, statuses, strict=True)]
    answer = validate(client, updates)
    assert answer.status_code == 200
    assert answer.json() == {"success": True, "result": {"approved": 2, "rejected": 1, "pending": 1}}
    assert [status_of(one) for one in payees] == statuses


@pytest.mark.parametrize("status", ["approved", "rejected", "pending"])
def test_whose_status_changed_is_told_so(client: Client, status: str) -> None:
    """`rejected` says rejected (E-45); with a notification block (contract 10), and the same title and body inside."""
    payee = new_payee()
    number = payee.prove()
    PaymentNumber.objects.update(status="approved" if status == "pending" else "pending")
    for _ in range(2):  # saying it twice tells it once
        assert validate(client, [update(payee, number, status)]).status_code == 200
    notification = Notification.objects.get()
    payload, block = json.loads(notification.payload), json.loads(notification.push_options)
    assert payload == {
        "action": "ccc_payment_info_confirmation",
        "confirmation_status": status,
        "title": block["title"],
        "body": block["body"],
    }
    assert block["title"].startswith("Payment number")
    assert (notification.account_id, notification.kind) == (payee.phone.account.pk, Kind.CONNECT)
    assert notification.push_due_at is not None


def test_nothing_changes_where_anybody_has_no_number(client: Client) -> None:
    """404 without a body; all or nothing."""
    payee, waiting, none, gone = new_payee(), new_payee(), new_payee(), new_payee()
    number, unproven, former = payee.prove(), new_number(), gone.prove()
    waiting.name(unproven)
    Account.objects.filter(username=gone.username).update(is_active=False)
    for other in (
        update(none, number, "approved"),
        update(waiting, unproven, "approved"),
        update(gone, former, "approved"),
        {"username": "nobody", "phone_number": number, "status": "approved"},
        {"username": "", "phone_number": "", "status": "approved"},
    ):
        answer = validate(client, [update(payee, number, "approved"), other])
        assert (answer.status_code, answer.content) == (404, b"")
    assert status_of(payee) == "pending"
    assert not Notification.objects.exists()


def test_a_judgement_is_about_the_number_in_force(client: Client) -> None:
    """Not about one that replaced it meanwhile, nor one on hold, which nobody was shown."""
    payee = new_payee()
    first = payee.prove()
    second = payee.prove()
    assert validate(client, [update(payee, second, "approved")]).status_code == 404
    assert validate(client, [update(payee, first, "approved")]).status_code == 200
    with clock.frozen(clock.now() + timedelta(hours=72)):
        assert validate(client, [update(payee, first, "rejected")]).status_code == 404
        assert validate(client, [update(payee, second, "rejected")]).status_code == 200


def test_spelling_and_repetition(client: Client) -> None:
    """Of two judgements of one person the last counts."""
    payee = new_payee()
    number = payee.prove("+265991234567")
    updates = [update(payee, number, "rejected"), update(payee, "+265 99 123 45 67", "approved")]
    assert validate(client, updates).json()["result"] == {"approved": 1, "rejected": 0, "pending": 0}
    assert status_of(payee) == "approved"


def test_nothing_to_judge(client: Client) -> None:
    answer = validate(client, [])
    assert (answer.status_code, answer.json()["result"]) == (
        200,
        {"approved": 0, "rejected": 0, "pending": 0},
    )


ONE = {"username": "u", "phone_number": "+265991234567", "status": "approved"}


@pytest.mark.parametrize(
    "updates",
    [
        None,
        {},
        "approved",
        [None],
        [[]],
        [{}],
        [ONE | {"status": "paid"}],
        [ONE | {"status": None}],
        [{"username": "u", "status": "approved"}],
        [ONE | {"username": 7}],
        [ONE] * 1001,
    ],
)
def test_what_cannot_be_read(client: Client, updates: Any) -> None:
    """Unknown states and missing keys were a 500 (E-45)."""
    answer = validate(client, updates)
    assert (answer.status_code, answer.json()) == (400, {"error": "INVALID_UPDATES"})


def test_who_may_not(client: Client) -> None:
    """A5."""
    payee = new_payee()
    updates = [update(payee, payee.prove(), "approved")]
    expected = (403, {"detail": "Authentication credentials were not provided."})
    for headers in ({}, payee.phone.headers, new_phone().headers, server_headers("send")):
        answer = validate(client, updates, headers)
        assert (answer.status_code, answer.json()) == expected
    assert status_of(payee) == "pending"


def test_who_said_what_is_kept(client: Client) -> None:
    payee = new_payee()
    number = payee.prove()
    headers = server_headers("payments", name="payer")
    for status in ("rejected", "approved"):
        validate(client, [update(payee, number, status)], headers)
    client_id = OAuthClient.objects.get(name="payer").client_id
    judgements = Judgement.objects.filter(payment_number__account=payee.phone.account).order_by("pk")
    assert [(one.status, one.client_id) for one in judgements] == [
        ("rejected", client_id),
        ("approved", client_id),
    ]


def test_staff_see_it(client: Client) -> None:
    payee = new_payee()
    number = payee.prove()
    validate(client, [update(payee, number, "rejected")])
    client.force_login(Account.objects.create_superuser("staff", "correct horse battery staple"))
    page = "/admin/payments/paymentnumber/"
    assert phone.masked(number) in client.get(page, {"q": payee.username}).content.decode()
    stored = PaymentNumber.objects.get()
    shown = client.get(f"{page}{stored.pk}/change/").content.decode()
    assert Judgement.objects.get().client_id in shown
    assert client.get(f"{page}add/").status_code == 403
    assert client.post(f"{page}{stored.pk}/delete/", {"post": "yes"}).status_code == 403


def test_statements(client: Client, statement_budget: StatementBudget) -> None:
    """The client, the numbers, their change, the judgements, the notifications, the job that pushes."""
    headers = server_headers("payments")
    proven: list[tuple[Payee, str]] = []
    turn = iter([Status.APPROVED, Status.REJECTED] * 10)

    def grow(count: int) -> None:
        for _ in range(count):
            payee = new_payee()
            proven.append((payee, payee.has_proven()))

    def judge_all() -> None:
        status = next(turn)
        answer = validate(client, [update(*one, status) for one in proven], headers)
        assert answer.json()["result"][status] == len(proven)

    statement_budget(6, grow=grow, act=judge_all)
