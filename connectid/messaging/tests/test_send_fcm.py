"""POST /messaging/send_fcm/ (contract 7.11)."""

from typing import Any

import pytest
from django.test import Client

from connectid.messaging.models import Message
from connectid.notifications.models import Notification
from connectid.testing.partners import SEALED, new_channel, new_partner, send
from connectid.testing.scene import new_account, new_phone

pytestmark = pytest.mark.django_db


def test_an_accepted_message_waits_for_the_phone(client: Client) -> None:
    """Row 200, exactly 200; its notification has every key that phones and older phones read (6.1, 12.4)."""
    partner, phone = new_partner(), new_phone()
    channel = new_channel(partner, phone.account.pk, name="Malaria")
    message_id, answer = send(client, partner, channel, fcm_options={"analytics_label": "reminders"})
    assert (answer.status_code, answer.json()) == (200, {"message_id": str(message_id)})
    [told] = client.get("/messaging/retrieve_notifications/", headers=phone.headers).json()["notifications"]
    notification = Notification.objects.get()
    assert told == SEALED | {
        "notification_id": str(notification.pk),
        "notification_type": "MESSAGING",
        "message_id": str(message_id),
        "channel": str(channel.pk),
        "channel_name": "Malaria",
        "timestamp": told["timestamp"],
        "status": "PENDING",
        "action": "ccc_message",
        "title": "New Connect Message",
        "body": "You received a new message from Malaria",
    }
    assert notification.push_due_at is not None
    assert notification.push_options == '{"analytics_label": "reminders"}'


def test_content_survives_as_it_is(client: Client) -> None:
    """13.1: opaque; nonces of 12 and of 16 bytes, and whatever else."""
    partner, phone = new_partner(), new_phone()
    channel = new_channel(partner, phone.account.pk)
    content = {"nonce": "AAAAAAAAAAAAAAAAAAAAAA==", "tag": "ü\u2028 \\/", "ciphertext": "=" * 5000}
    send(client, partner, channel, content=content)
    [told] = client.get("/messaging/retrieve_notifications/", headers=phone.headers).json()["notifications"]
    assert {name: told[name] for name in content} == content


@pytest.mark.parametrize(
    "changes",
    [
        {"content": None},
        {"content": "text"},
        {"content": {}},
        {"content": SEALED | {"tag": ""}},
        {"content": SEALED | {"nonce": 1}},
        {"content": {"nonce": "a", "tag": "b"}},
        {"message_id": None},
        {"message_id": "17"},
        {"message_id": 17},
    ],
)
def test_invalid_messages(client: Client, changes: dict[str, Any]) -> None:
    """Row INVALID_MESSAGE_CONTENT, a text under ``errors``."""
    partner, account = new_partner(), new_account()
    _, answer = send(client, partner, new_channel(partner, account.pk), **changes)
    assert (answer.status_code, answer.json()) == (400, {"errors": "INVALID_MESSAGE_CONTENT"})
    assert not Message.objects.exists()


@pytest.mark.parametrize("channel", ["no-uuid", f"{4:032x}", None])
def test_channels_that_do_not_exist(client: Client, channel: str | None) -> None:
    """Row CHANNEL_DOES_NOT_EXIST."""
    partner = new_partner()
    _, answer = send(client, partner, new_channel(partner, new_account().pk), channel=channel)
    assert (answer.status_code, answer.json()) == (400, {"errors": "CHANNEL_DOES_NOT_EXIST"})


def test_other_servers_channels_do_not_exist(client: Client) -> None:
    """E-09."""
    channel = new_channel(new_partner(), new_account().pk)
    _, answer = send(client, new_partner(), channel)
    assert (answer.status_code, answer.json()) == (400, {"errors": "CHANNEL_DOES_NOT_EXIST"})
    assert not Message.objects.exists()


def test_channels_of_closed_accounts_do_not_exist(client: Client) -> None:
    """Nothing is kept for somebody who left."""
    partner = new_partner()
    _, answer = send(client, partner, new_channel(partner, new_account(is_active=False).pk))
    assert (answer.status_code, answer.json()) == (400, {"errors": "CHANNEL_DOES_NOT_EXIST"})


def test_without_consent(client: Client) -> None:
    """Row NO_USER_CONSENT."""
    partner = new_partner()
    _, answer = send(client, partner, new_channel(partner, new_account().pk, consent=False))
    assert (answer.status_code, answer.json()) == (400, {"errors": "NO_USER_CONSENT"})


def test_an_id_is_taken_for_good(client: Client) -> None:
    """Row MESSAGE_ID_ALREADY_EXISTS, also in another channel (E-10); partners count it as sent."""
    partner, account = new_partner(), new_account()
    channel = new_channel(partner, account.pk)
    message_id, _ = send(client, partner, channel)
    for again in (channel, new_channel(partner, account.pk)):
        _, answer = send(client, partner, again, message_id=str(message_id))
        assert (answer.status_code, answer.json()) == (400, {"errors": "MESSAGE_ID_ALREADY_EXISTS"})
    assert Notification.objects.count() == 1


def test_statements(client: Client, statement_budget: Any) -> None:
    """At most four, whatever the channel holds already."""
    partner, account = new_partner(), new_account()
    channel = new_channel(partner, account.pk)
    statement_budget(
        4,
        grow=lambda count: [send(client, partner, channel) for _ in range(count)],
        act=lambda: send(client, partner, channel),
    )
