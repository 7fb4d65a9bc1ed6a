"""POST /messaging/update_notification_received/ (contract 6.2)."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from connectid.messaging.models import Callback, Message
from connectid.notifications.models import Notification
from connectid.testing.partners import new_channel, new_partner, send
from connectid.testing.scene import EnrolledPhone, new_phone

PATH = "/messaging/update_notification_received/"

pytestmark = pytest.mark.django_db


def post(client: Client, phone: EnrolledPhone, body: Any) -> Any:
    return client.post(PATH, body, content_type="application/json", headers=phone.headers)


def acknowledge(client: Client, phone: EnrolledPhone, *ids: Any) -> Any:
    return post(client, phone, {"notifications": [str(id_) for id_ in ids]})


def waiting(phone: EnrolledPhone) -> list[Any]:
    unread = Notification.objects.filter(account=phone.account, received_at=None)
    return list(unread.values_list("pk", flat=True))


def test_a_message_is_received_and_its_server_told_once(client: Client) -> None:
    """Row 200; the first acknowledgement of a message calls back (13.4); the push is no longer needed."""
    partner, phone = new_partner(), new_phone()
    channel = new_channel(partner, phone.account.pk)
    ids = [send(client, partner, channel)[0] for _ in range(2)]
    for _ in range(2):
        answer = acknowledge(client, phone, *Notification.objects.values_list("pk", flat=True))
        assert (answer.status_code, answer.json()) == (200, {})
    assert waiting(phone) == []
    assert {(one.status, one.received_at is None) for one in Message.objects.all()} == {("DELIVERED", False)}
    callback = Callback.objects.get()
    body = json.loads(callback.body)
    assert (callback.kind, body["channel_id"]) == ("receipt", str(channel.pk))
    assert {one["message_id"] for one in body["messages"]} == {str(id_) for id_ in ids}
    received_on = body["messages"][0]["received_on"]
    assert received_on == str(Message.objects.first().received_at)  # type: ignore[union-attr]
    assert not Notification.objects.exclude(push_due_at=None).exists()


def test_what_is_no_uuid_is_passed_over(client: Client) -> None:
    """6.2."""
    partner, phone = new_partner(), new_phone()
    send(client, partner, new_channel(partner, phone.account.pk))
    assert acknowledge(client, phone, "seven", *waiting(phone)).status_code == 200
    assert waiting(phone) == []


@pytest.mark.parametrize(
    "body",
    [
        *({}, {"notifications": []}, {"notifications": None}, {"notification_ids": ["x"]}),
        *({"notifications": "x"}, {"notifications": ["x"] * 1001}, [], None, 17, "text"),
    ],
)
def test_an_empty_list(client: Client, body: Any) -> None:
    """Row 400: an empty object."""
    answer = post(client, new_phone(), json.dumps(body))
    assert (answer.status_code, answer.json()) == (400, {})


def test_nothing_that_is_known(client: Client) -> None:
    """Row 404: an empty object."""
    unknown: tuple[list[Any], ...] = ([str(uuid4())], ["seven"], [7, None, {}, []])
    for ids in unknown:
        answer = post(client, new_phone(), {"notifications": ids})
        assert (answer.status_code, answer.json()) == (404, {})


def test_nobody_acknowledges_for_another(client: Client) -> None:
    """E-06: it would hide the message for ever."""
    partner, phone = new_partner(), new_phone()
    send(client, partner, new_channel(partner, phone.account.pk))
    assert acknowledge(client, new_phone(), *waiting(phone)).status_code == 404
    assert len(waiting(phone)) == 1
    assert not Callback.objects.exists()


AT_MOST = 2 if connection.vendor == "postgresql" else 5


def test_statements(client: Client, statement_budget: Any) -> None:
    """Two, five on SQLite, whatever their number and that of their channels."""
    partner, phone = new_partner(), new_phone()

    def grow(count: int) -> None:
        for _ in range(count):
            send(client, partner, new_channel(partner, phone.account.pk))

    def act() -> None:
        assert acknowledge(client, phone, *waiting(phone)).status_code == 200

    # One of them is the test's own.
    statement_budget(AT_MOST + 1, grow=grow, act=act, consumed=True)
