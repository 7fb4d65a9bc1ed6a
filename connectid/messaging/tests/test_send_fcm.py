"""POST /messaging/send_fcm/ (contract 7.11)."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from connectid.messaging.models import Channel, Message, Status
from connectid.notifications.models import Notification
from connectid.testing.partners import SEALED, new_channel, new_partner, send
from connectid.testing.scene import new_account, new_phone

PATH = "/messaging/send_fcm/"

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
    """13.1: opaque, whatever the length and the alphabet, in the order in which it came; nothing else passes for it."""
    partner, phone = new_partner(), new_phone()
    channel = new_channel(partner, phone.account.pk)
    content = {"nonce": "A" * 2000, "tag": "ü\u2028 \\/\U0001f600\\u0041", "ciphertext": "=" * 5000}
    lookalikes = {"Nonce": "n", " tag": "t", "ciphertext ": "c", "status": "x", "timestamp": ""}
    send(client, partner, channel, content=content | lookalikes)
    [told] = client.get("/messaging/retrieve_notifications/", headers=phone.headers).json()["notifications"]
    assert [(name, told[name]) for name in told if name in content] == list(content.items())
    assert told["status"] == "PENDING"
    assert not {"Nonce", " tag", "ciphertext "} & set(told)


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
        {"channel": None},
    ],
)
def test_invalid_messages(client: Client, changes: dict[str, Any]) -> None:
    """Row INVALID_MESSAGE_CONTENT, a text under ``errors``."""
    partner, account = new_partner(), new_account()
    _, answer = send(client, partner, new_channel(partner, account.pk), **changes)
    assert (answer.status_code, answer.json()) == (400, {"errors": "INVALID_MESSAGE_CONTENT"})
    assert not Message.objects.exists()


@pytest.mark.parametrize("body", ["null", "17", "[]", '"text"', "{}", '[{"channel": "c"}]'])
def test_what_is_no_message(client: Client, body: str) -> None:
    """E-60: whatever the JSON is, no 500."""
    answer = client.post(PATH, body, content_type="application/json", headers=new_partner().headers)
    assert (answer.status_code, answer.json()) == (400, {"errors": "INVALID_MESSAGE_CONTENT"})


def test_a_form_has_no_place_for_content(client: Client) -> None:
    """2.1: read, and found wanting."""
    partner = new_partner()
    channel = new_channel(partner, new_account().pk)
    form = {"channel": str(channel.pk), "message_id": str(uuid4()), "content": "text"}
    answer = client.post(PATH, form, headers=partner.headers)
    assert (answer.status_code, answer.json()) == (400, {"errors": "INVALID_MESSAGE_CONTENT"})


@pytest.mark.parametrize("options", [None, [], "text", {"analytics_label": 17}, {}])
def test_push_options_are_no_reason_to_lose_a_message(client: Client, options: Any) -> None:
    """7.11: ``fcm_options`` may be there."""
    partner = new_partner()
    _, answer = send(client, partner, new_channel(partner, new_account().pk), fcm_options=options)
    assert answer.status_code == 200
    assert Notification.objects.get().push_options == ""


def test_ids_in_capitals_are_the_same_ids(client: Client) -> None:
    """2.3: UUIDs are written in small letters, however they came."""
    partner = new_partner()
    channel, message_id = new_channel(partner, new_account().pk), str(uuid4())
    capitals = {"channel": str(channel.pk).upper(), "message_id": message_id.upper()}
    _, answer = send(client, partner, channel, **capitals)
    assert (answer.status_code, answer.json()) == (200, {"message_id": message_id})
    _, again = send(client, partner, channel, message_id=message_id)
    assert again.json() == {"errors": "MESSAGE_ID_ALREADY_EXISTS"}


@pytest.mark.parametrize("channel", ["no-uuid", f"{4:032x}", "", 17, ["c"], {}])
def test_channels_that_do_not_exist(client: Client, channel: Any) -> None:
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


def test_of_another_servers_id_only_that_it_is_taken(client: Client) -> None:
    """E-10: the same words whatever became of the message, nothing of it, and its owner loses nothing."""
    owner, other, phone = new_partner(), new_partner("Other"), new_phone()
    theirs, elsewhere = new_channel(owner, phone.account.pk), new_channel(other, phone.account.pk)
    message_id, _ = send(client, owner, theirs)
    told = {send(client, other, elsewhere, message_id=str(message_id))[1].content}
    Message.objects.update(status=Status.DELIVERED)
    told |= {send(client, other, elsewhere, message_id=str(message_id))[1].content}
    assert told == {b'{"errors":"MESSAGE_ID_ALREADY_EXISTS"}'}
    assert (Message.objects.get().channel_id, Notification.objects.count()) == (theirs.pk, 1)
    assert send(client, other, theirs)[1].json() == {"errors": "CHANNEL_DOES_NOT_EXIST"}


def test_an_id_is_taken_by_phones_too(client: Client) -> None:
    """E-10: one namespace; the content of the first stays."""
    partner, phone = new_partner(), new_phone()
    channel, taken = new_channel(partner, phone.account.pk), str(uuid4())
    body = {"channel": str(channel.pk), "content": SEALED, "message_id": taken}
    client.post("/messaging/send_message/", body, content_type="application/json", headers=phone.headers)
    _, answer = send(client, partner, channel, message_id=taken)
    assert (answer.status_code, answer.json()) == (400, {"errors": "MESSAGE_ID_ALREADY_EXISTS"})
    assert not Notification.objects.exists()


def test_what_was_accepted_stays_so_without_consent(client: Client) -> None:
    """A partner whose answer got lost asks again; only a new message is refused."""
    partner, account = new_partner(), new_account()
    channel = new_channel(partner, account.pk)
    message_id, _ = send(client, partner, channel)
    Channel.objects.update(consent=False)
    _, again = send(client, partner, channel, message_id=str(message_id))
    _, another = send(client, partner, channel)
    assert (again.json(), another.json()) == (
        {"errors": "MESSAGE_ID_ALREADY_EXISTS"},
        {"errors": "NO_USER_CONSENT"},
    )


def test_statements(client: Client, statement_budget: Any) -> None:
    """Two, four on SQLite, whatever the channel holds already."""
    partner, account = new_partner(), new_account()
    channel = new_channel(partner, account.pk)
    statement_budget(
        2 if connection.vendor == "postgresql" else 4,
        grow=lambda count: [send(client, partner, channel) for _ in range(count)],
        act=lambda: send(client, partner, channel),
    )
