"""GET /messaging/retrieve_messages/ (contract 9; apps up to 2.61)."""

from typing import Any

import pytest
from django.test import Client

from connectid.core import clock
from connectid.notifications.models import Kind
from connectid.notifications.operations import notices
from connectid.testing.partners import SEALED, new_channel, new_partner, send
from connectid.testing.scene import new_phone

PATH = "/messaging/retrieve_messages/"

pytestmark = pytest.mark.django_db


def test_messages_and_channels(client: Client) -> None:
    """Row 200: messages only, each with the keys of 6.1, and every channel with its four."""
    partner, phone = new_partner(), new_phone()
    channel = new_channel(partner, phone.account.pk, source="domain", name="Malaria")
    message_id, _ = send(client, partner, channel)
    notices.store(
        account_id=phone.account.pk, kind=Kind.CONNECT, payload={"title": "payment"}, at=clock.now()
    )
    answer = client.get(PATH, headers=phone.headers)
    assert answer.status_code == 200
    assert answer.json()["channels"] == [
        {
            "channel_source": "Malaria",
            "channel_id": str(channel.pk),
            "key_url": partner.server.key_url,
            "consent": True,
        }
    ]
    [message] = answer.json()["messages"]
    assert message["timestamp"].endswith("Z")
    assert message == SEALED | {
        "message_id": str(message_id),
        "channel": str(channel.pk),
        "channel_name": "Malaria",
        "timestamp": message["timestamp"],
        "status": "PENDING",
        "action": "ccc_message",
        "notification_type": "MESSAGING",
        "title": "New Connect Message",
        "body": "You received a new message from Malaria",
    }


def test_received_messages_do_not_come_again(client: Client) -> None:
    """Whichever way they were acknowledged."""
    partner, phone = new_partner(), new_phone()
    message_id, _ = send(client, partner, new_channel(partner, phone.account.pk))
    post: dict[str, Any] = {"content_type": "application/json", "headers": phone.headers}
    client.post("/messaging/update_received/", {"messages": [message_id]}, **post)
    assert client.get(PATH, headers=phone.headers).json()["messages"] == []


def test_two_statements(client: Client, statement_budget: Any) -> None:
    partner, phone = new_partner(), new_phone()

    def grow(count: int) -> None:
        for _ in range(count):
            send(client, partner, new_channel(partner, phone.account.pk))

    statement_budget(2, grow=grow, act=lambda: client.get(PATH, headers=phone.headers))


def test_callers_prove_themselves(client: Client) -> None:
    """A1; no user tokens (E-03)."""
    assert client.get(PATH).status_code == 401
    assert client.get(PATH, headers={"Authorization": "Bearer token"}).status_code == 401
