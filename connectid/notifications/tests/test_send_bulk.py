"""POST /messaging/send_bulk/ (contract 7.4)."""

import json
import threading
from typing import Any

import pytest
from django.test import Client

from connectid.devices.tests.push_scene import registered
from connectid.notifications import limits
from connectid.notifications.models import Notification
from connectid.notifications.tests.sending_scene import SEND_BULK, names, send_bulk, sender, workers
from connectid.providers.push.tests.fake_fcm import FakeFcm
from connectid.sandbox import inbox
from connectid.testing.budget import StatementBudget
from connectid.testing.scene import new_phone
from connectid.testing.statements import count_statements

pytestmark = pytest.mark.django_db


@pytest.fixture
def partner() -> dict[str, str]:
    return sender("send")


def test_messages_in_their_order(client: Client, partner: dict[str, str]) -> None:
    """7.4: exact keys; each message is judged by itself, the whole by all."""
    first, second, third = workers(3)
    answer = send_bulk(
        client,
        partner,
        {"usernames": names([second, first]), "data": {"title": "one"}},
        {"usernames": ["nobody"], "data": {"title": "two"}},
        {"username": third.username, "title": "three", "fcm_options": {"analytics_label": "l"}},
        {},
    )
    assert answer.status_code == 200
    assert answer.json() == {
        "all_success": False,
        "messages": [
            {
                "all_success": True,
                "responses": [
                    {"username": second.username, "status": "success"},
                    {"username": first.username, "status": "success"},
                ],
            },
            {"all_success": False, "responses": [{"username": "nobody", "status": "deactivated"}]},
            {"all_success": True, "responses": [{"username": third.username, "status": "success"}]},
            {"all_success": True, "responses": []},
        ],
    }
    arrived = {sent.payload["token"]: sent.payload for sent in inbox.messages(kind="push")}
    titles = {token: message["data"]["title"] for token, message in arrived.items()}
    assert titles == {
        f"to-{first.username}": "one",
        f"to-{second.username}": "one",
        f"to-{third.username}": "three",
    }
    assert arrived[f"to-{third.username}"]["fcm_options"] == {"analytics_label": "l"}
    stored = Notification.objects.get(account=third)
    assert json.loads(stored.push_options) == {"title": "three", "analytics_label": "l"}


def test_two_messages_for_one_person(client: Client, partner: dict[str, str]) -> None:
    """Each has its own push and its own answer."""
    failing = registered("address-unavailable").account
    messages = [{"username": failing.username, "data": {"key": key}} for key in "ab"]
    answer = send_bulk(client, partner, *messages).json()
    assert [told["responses"][0]["status"] for told in answer["messages"]] == ["error", "error"]
    assert Notification.objects.filter(account=failing, push_due_at__isnull=False).count() == 2


def test_a_hundred_are_in_flight_at_once(client: Client, partner: dict[str, str], fcm: FakeFcm) -> None:
    """FCM answers none of them before it has a hundred."""
    made = names(workers(200))
    fcm.meeting = threading.Barrier(100)
    answer = send_bulk(client, partner, *({"usernames": [name], "data": {"k": "v"}} for name in made))
    assert answer.json()["all_success"] is True
    assert len(fcm.asked) == 200


def test_no_messages(client: Client, partner: dict[str, str]) -> None:
    answer = send_bulk(client, partner)
    assert (answer.status_code, answer.json()) == (200, {"all_success": True, "messages": []})


@pytest.mark.parametrize(
    ("body", "reasons"),
    [
        ({}, ["This field is required."]),
        ({"messages": "a"}, {"non_field_errors": ['Expected a list of items but got type "str".']}),
        (
            {"messages": [{"usernames": []}, 1, {"usernames": "x", "data": "y"}]},
            [
                {},
                {"non_field_errors": ["Invalid data. Expected a dictionary, but got int."]},
                {
                    "usernames": ['Expected a list of items but got type "str".'],
                    "data": ['Expected a dictionary of items but got type "str".'],
                },
            ],
        ),
    ],
)
def test_field_errors(client: Client, partner: dict[str, str], body: Any, reasons: Any) -> None:
    """2.4, 7.3: in the framework's words, and nothing is stored."""
    answer = client.post(SEND_BULK, body, content_type="application/json", headers=partner)
    assert (answer.status_code, answer.json()) == (400, {"messages": reasons})
    assert not Notification.objects.exists()


def test_nothing_is_half_taken(client: Client, partner: dict[str, str]) -> None:
    [worker] = workers(1)
    answer = send_bulk(client, partner, {"username": worker.username}, {"username": []})
    assert answer.status_code == 400
    assert not Notification.objects.exists()


def test_too_many_recipients(
    client: Client, partner: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "RECIPIENTS", 3)
    answer = send_bulk(client, partner, {"usernames": ["a", "b"]}, {"usernames": ["a", "b"]})
    assert (answer.status_code, answer.json()) == (
        400,
        {"messages": {"non_field_errors": ["Ensure that there are no more than 3 recipients in all."]}},
    )


def test_ten_thousand_recipients(client: Client, partner: dict[str, str]) -> None:
    """Messages of their own for ten thousand, of whom few have an account: within limits, and in six statements."""
    known = workers(20)
    unknown = [f"{number:020x}" for number in range(9_980)]
    data = {
        "action": "ccc_generic_opportunity",
        "title": "Title",
        "body": "B" * 400,
        "opportunity_uuid": "u" * 36,
    }
    messages = [{"usernames": [name], "data": data} for name in names(known) + unknown]
    with count_statements() as statements:
        answer = send_bulk(client, partner, *messages)
    assert len(statements) <= 6
    statuses = [told["responses"][0]["status"] for told in answer.json()["messages"]]
    assert (statuses.count("success"), statuses.count("deactivated")) == (20, 9_980)


def test_a_body_that_is_too_large(client: Client, partner: dict[str, str]) -> None:
    body = json.dumps({"messages": [{"title": "t" * 9_000_000}]})
    answer = client.post(SEND_BULK, body, content_type="application/json", headers=partner)
    assert (answer.status_code, answer.json()) == (413, {"detail": "REQUEST_TOO_LARGE"})


def test_who_may_not_send(client: Client) -> None:
    """A5, E-02."""
    for headers in (sender("otp"), new_phone().headers, {}):
        answer = send_bulk(client, headers, {"usernames": names(workers(1))})
        assert answer.status_code == 403
    assert not Notification.objects.exists()


def test_statements(client: Client, partner: dict[str, str], statement_budget: StatementBudget) -> None:
    """Item 1: ten messages and a thousand, some failing in every way."""
    messages: list[dict[str, Any]] = []

    def grow(number: int) -> None:
        made = workers(number, endings=("-unavailable", "-quota", "-slow", "-bad-message", "", ""))
        messages.extend({"usernames": [one.username, "nobody"], "data": {"k": one.pk}} for one in made)

    statement_budget(8, grow=grow, act=lambda: send_bulk(client, partner, *messages), sizes=(10, 1000))


def test_statements_beyond_a_thousand(
    client: Client, partner: dict[str, str], statement_budget: StatementBudget
) -> None:
    """Where one more pair for each further thousand would be allowed: none is needed, though every address dies."""
    made = names(workers(2500, endings=("-unregistered",)))
    messages = [{"usernames": made[start : start + 500]} for start in range(0, len(made), 500)]
    with statement_budget.at_most(8):
        answer = send_bulk(client, partner, *messages).json()
    statuses = {told["status"] for message in answer["messages"] for told in message["responses"]}
    assert statuses == {"deactivated"}
