"""POST /messaging/update_received/ (contract 9; apps up to 2.61, and an unofficial app for iOS)."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from connectid.messaging.models import Callback, Message
from connectid.testing.partners import new_channel, new_partner, send
from connectid.testing.scene import EnrolledPhone, new_phone

PATH = "/messaging/update_received/"

pytestmark = pytest.mark.django_db


def post(client: Client, phone: EnrolledPhone, body: Any) -> Any:
    return client.post(PATH, body, content_type="application/json", headers=phone.headers)


def test_messages_are_received_and_their_server_told_once(client: Client) -> None:
    """Row 200."""
    partner, phone = new_partner(), new_phone()
    message_id, _ = send(client, partner, new_channel(partner, phone.account.pk))
    for _ in range(2):
        answer = post(client, phone, {"messages": [str(message_id), "seven"]})
        assert (answer.status_code, answer.json()) == (200, {})
    assert Message.objects.get().status == "DELIVERED"
    [callback] = Callback.objects.all()
    assert json.loads(callback.body)["messages"][0]["message_id"] == str(message_id)


def test_an_empty_list(client: Client) -> None:
    """Row 400."""
    bodies: tuple[Any, ...] = ({"messages": []}, {}, {"messages": None}, [], None, 17)
    for body in bodies:
        answer = post(client, new_phone(), json.dumps(body))
        assert (answer.status_code, answer.json()) == (400, {})


def test_nobody_acknowledges_for_another(client: Client) -> None:
    """Row 404; E-05."""
    partner, phone = new_partner(), new_phone()
    message_id, _ = send(client, partner, new_channel(partner, phone.account.pk))
    for ids in ([str(message_id)], [str(uuid4())]):
        answer = post(client, new_phone(), {"messages": ids})
        assert (answer.status_code, answer.json()) == (404, {})
    assert Message.objects.get().status == "PENDING"


AT_MOST = 2 if connection.vendor == "postgresql" else 5


def test_statements(client: Client, statement_budget: Any) -> None:
    """Two, five on SQLite, whatever their number and that of their channels."""
    partner, phone = new_partner(), new_phone()
    unread: list[str] = []

    def grow(count: int) -> None:
        channel = new_channel(partner, phone.account.pk)
        unread[:] = [str(send(client, partner, channel)[0]) for _ in range(count)]

    def act() -> None:
        assert post(client, phone, {"messages": unread}).status_code == 200

    statement_budget(AT_MOST, grow=grow, act=act, consumed=True)
