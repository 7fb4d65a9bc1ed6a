"""POST /messaging/send/ (contract 7.3, 12)."""

import json
from typing import Any

import pytest
from django.test import Client

from connectid.core import clock
from connectid.devices.models import EndReason, PushRegistration
from connectid.devices.tests.push_scene import registered
from connectid.notifications.models import Notification
from connectid.notifications.tests.sending_scene import SEND, names, send, sender, workers
from connectid.sandbox import inbox
from connectid.testing.budget import StatementBudget
from connectid.testing.scene import new_account, new_phone

pytestmark = pytest.mark.django_db


@pytest.fixture
def partner() -> dict[str, str]:
    return sender("send")


def pushed() -> list[dict[str, Any]]:
    """What arrived at phones, in order."""
    return [sent.payload for sent in inbox.messages(kind="push")][::-1]


def test_as_connect_sends_it(client: Client, partner: dict[str, str]) -> None:
    """7.3, 12.5: usernames, data, a label; exactly these keys come back."""
    phone = new_phone()
    registered("address-1", account=phone.account)
    data = {
        "action": "ccc_payment",
        "title": "Payment",
        "body": "You were paid.",
        "opportunity_id": "17",
        "payment_uuid": "u",
    }
    options = {"analytics_label": "commcare-connect-notification"}
    answer = send(client, partner, usernames=[phone.account.username], data=data, fcm_options=options)
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "all_success": True,
            "responses": [{"username": phone.account.username, "status": "success"}],
        },
    )
    notification = Notification.objects.get()
    assert pushed() == [
        {
            "token": "address-1",
            "android": {"priority": "high"},
            "data": data | {"notification_id": str(notification.pk), "notification_type": "CONNECT"},
            "fcm_options": options,
        }
    ]
    polled = client.get("/messaging/retrieve_notifications/", headers=phone.headers).json()["notifications"]
    ours = {"notification_id": str(notification.pk), "notification_type": "CONNECT"}
    assert polled == [data | ours | {"timestamp": polled[0]["timestamp"]}]
    assert (notification.push_due_at, notification.push_attempts) == (None, 1)


def test_one_username(client: Client, partner: dict[str, str]) -> None:
    """7.3: ``username`` instead of ``usernames``, or both."""
    first, second = workers(2)
    answer = send(client, partner, username=first.username).json()
    assert [told["username"] for told in answer["responses"]] == names([first])
    answer = send(client, partner, username=first.username, usernames=names([second])).json()
    assert [told["username"] for told in answer["responses"]] == names([second, first])


def test_a_form(client: Client, partner: dict[str, str]) -> None:
    """2.1."""
    [worker] = workers(1)
    answer = client.post(SEND, {"username": worker.username, "title": "T"}, headers=partner)
    assert (answer.status_code, answer.json()["all_success"]) == (200, True)


@pytest.mark.parametrize("body", [{}, {"usernames": []}, {"usernames": None}, {"username": ""}])
def test_nobody(client: Client, partner: dict[str, str], body: dict[str, Any]) -> None:
    """7.3: empty or missing usernames."""
    answer = send(client, partner, **body)
    assert (answer.status_code, answer.json()) == (200, {"all_success": True, "responses": []})


def test_who_is_deactivated(client: Client, partner: dict[str, str]) -> None:
    """7.3: in the order of the request; a missing phone is no failure, a missing account is one."""
    [reached] = workers(1)
    without_phone, closed = new_account(), new_account(is_active=False)
    registered(account=closed)
    wanted = [without_phone.username, reached.username]
    answer = send(client, partner, usernames=wanted).json()
    assert answer == {
        "all_success": True,
        "responses": [
            {"username": without_phone.username, "status": "deactivated"},
            {"username": reached.username, "status": "success"},
        ],
    }
    for unknown in (closed.username, "nobody", reached.username.upper()):
        answer = send(client, partner, usernames=[unknown, reached.username]).json()
        assert answer == {
            "all_success": False,
            "responses": [
                {"username": unknown, "status": "deactivated"},
                {"username": reached.username, "status": "success"},
            ],
        }
    assert Notification.objects.filter(account=without_phone, push_due_at=None, push_attempts=0).count() == 1
    assert not Notification.objects.filter(account=closed).exists()


def test_somebody_named_twice_is_told_once(client: Client, partner: dict[str, str]) -> None:
    """E-65."""
    first, second = workers(2)
    answer = send(client, partner, usernames=names([first, second, first])).json()
    assert [told["username"] for told in answer["responses"]] == names([first, second])
    assert len(pushed()) == Notification.objects.count() == 2


@pytest.mark.parametrize(
    ("ending", "status"),
    [
        ("-unregistered", "deactivated"),
        ("-other-sender", "error"),
        ("-invalid", "error"),
        ("-bad-message", "error"),
        ("-quota", "error"),
        ("-unavailable", "error"),
        ("-misconfigured", "error"),
        ("-slow", "error"),
    ],
)
def test_statuses_are_what_fcm_said(
    client: Client, partner: dict[str, str], ending: str, status: str
) -> None:
    """7.3: no ``error`` key, and one failure leaves the others alone (E-65)."""
    [reached] = workers(1)
    failing = registered(f"address{ending}").account
    answer = send(client, partner, usernames=[failing.username, reached.username]).json()
    assert answer == {
        "all_success": False,
        "responses": [
            {"username": failing.username, "status": status},
            {"username": reached.username, "status": "success"},
        ],
    }


@pytest.mark.parametrize("ending", ["-unregistered", "-other-sender", "-invalid"])
def test_dead_addresses_end(client: Client, partner: dict[str, str], ending: str) -> None:
    """12.1."""
    dead = registered(f"address{ending}")
    send(client, partner, usernames=[dead.account.username])
    dead.refresh_from_db()
    assert (dead.end_reason, dead.token) == (EndReason.DEAD, "")
    assert Notification.objects.get().push_due_at is None


@pytest.mark.parametrize(
    ("ending", "again"),
    [
        ("-quota", True),
        ("-unavailable", True),
        ("-misconfigured", True),
        ("-slow", True),
        ("-bad-message", False),
    ],
)
def test_what_may_succeed_later_is_left_to_a_job(
    client: Client, partner: dict[str, str], ending: str, again: bool
) -> None:
    held = registered(f"address{ending}")
    now = clock.now()
    with clock.frozen(now):
        send(client, partner, usernames=[held.account.username])
    notification = Notification.objects.get()
    assert (notification.push_due_at is not None) is again
    if ending == "-quota":
        assert notification.push_due_at is not None
        assert (notification.push_due_at - now).total_seconds() >= 60
    assert PushRegistration.objects.get().ended_at is None


def test_what_phones_crash_on_never_reaches_them(client: Client, partner: dict[str, str]) -> None:
    """12.1, 12.3, E-62, E-65, E-66, E-67: ours win, reserved names go, everything is a text."""
    phone = new_phone()
    registered(account=phone.account)
    data = {
        "notification_id": "mine",
        "notification_type": "MESSAGING",
        "timestamp": "",
        "message_id": "00000000-0000-4000-8000-000000000000",
        "from": "x",
        "message_type": "x",
        "google.x": "x",
        "gcm.x": "x",
        "": "x",
        "nothing": None,
        "consent": True,
        "number": 3,
        "list": [1, "ü"],
    }
    answer = send(client, partner, usernames=[phone.account.username], data=data)
    assert answer.json()["all_success"] is True
    notification = Notification.objects.get()
    assert notification.message_id is None
    texts = {
        "message_id": "00000000-0000-4000-8000-000000000000",
        "consent": "true",
        "number": "3",
        "list": '[1,"ü"]',
        "notification_id": str(notification.pk),
        "notification_type": "CONNECT",
    }
    assert pushed()[0]["data"] == texts
    [polled] = client.get("/messaging/retrieve_notifications/", headers=phone.headers).json()["notifications"]
    assert polled == texts | {"timestamp": polled["timestamp"]}
    assert polled["timestamp"].endswith("Z")


def test_title_and_body_outside_data(client: Client, partner: dict[str, str]) -> None:
    """12.1: then, and only then, the phone's system shows them; the poll has them too."""
    [worker] = workers(1)
    send(client, partner, usernames=names([worker]), title="T", body="B", data={"body": "inside"})
    [message] = pushed()
    assert message["notification"] == {"title": "T", "body": "B"}
    assert (message["data"]["title"], message["data"]["body"]) == ("T", "inside")
    assert json.loads(Notification.objects.get().payload) == {"title": "T", "body": "inside"}


def test_more_than_a_push_holds(client: Client, partner: dict[str, str]) -> None:
    """12.1, E-65: the push is cut, the poll has all; what cannot be cut is an error of its own."""
    phone = new_phone()
    registered(account=phone.account)
    answer = send(client, partner, username=phone.account.username, data={"body": "b" * 9000, "action": "a"})
    assert answer.json()["all_success"] is True
    assert len(pushed()[0]["data"]["body"]) < 4096
    [polled] = client.get("/messaging/retrieve_notifications/", headers=phone.headers).json()["notifications"]
    assert len(polled["body"]) == 9000
    answer = send(client, partner, username=phone.account.username, data={"key": "k" * 9000})
    assert answer.json()["responses"][0]["status"] == "error"
    assert Notification.objects.filter(push_due_at=None).count() == 2


def test_statements(client: Client, partner: dict[str, str], statement_budget: StatementBudget) -> None:
    """Item 1, at ten and at a thousand recipients, with every kind of failure among them."""
    known: list[str] = []

    def grow(number: int) -> None:
        failing = ("-unregistered", "-unavailable", "-slow", "-bad-message", "-quota")
        known.extend(names(workers(number, endings=failing)))

    def act() -> None:
        # What the call before ended is there again.
        PushRegistration.objects.filter(end_reason=EndReason.DEAD).update(
            ended_at=None, end_reason="", token="address-unregistered"
        )
        assert len(send(client, partner, usernames=known).json()["responses"]) == len(known)

    statement_budget(8, grow=grow, act=act, sizes=(10, 1000))
