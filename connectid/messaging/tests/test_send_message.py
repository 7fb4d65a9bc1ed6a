"""POST /messaging/send_message/ (contract 6.4)."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from connectid.core import clock
from connectid.messaging.models import Callback, Channel, Message
from connectid.testing.partners import SEALED, new_channel, new_partner, send
from connectid.testing.scene import EnrolledPhone, new_phone

PATH = "/messaging/send_message/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def phone() -> EnrolledPhone:
    return new_phone()


@pytest.fixture
def channel(phone: EnrolledPhone) -> Channel:
    return new_channel(new_partner(), phone.account.pk, name="Malaria")


def message(channel: Channel, /, **changes: Any) -> dict[str, Any]:
    """As the app writes one."""
    written = {
        "channel": str(channel.pk),
        "content": SEALED,
        "timestamp": "2026-07-22T10:11:12.345+02:00",
        "message_id": str(uuid4()),
    }
    return written | changes


def post(client: Client, phone: EnrolledPhone, body: Any) -> Any:
    return client.post(PATH, body, content_type="application/json", headers=phone.headers)


def test_a_message_is_accepted_with_its_callback(
    client: Client, phone: EnrolledPhone, channel: Channel
) -> None:
    """Row 201; what the partner will get is written at once (13.4)."""
    sent = message(channel)
    answer = post(client, phone, sent)
    assert (answer.status_code, answer.json()) == (201, {"message_id": [sent["message_id"]]})
    callback = Callback.objects.get()
    body = json.loads(callback.body)
    [delivered] = body["messages"]
    assert (callback.kind, str(callback.message_id)) == ("delivery", sent["message_id"])
    assert body["channel_id"] == str(channel.pk)
    assert delivered == SEALED | {
        "message_id": sent["message_id"],
        "channel": str(channel.pk),
        "channel_name": "Malaria",
        "timestamp": delivered["timestamp"],
        "status": "PENDING",
        "action": "ccc_message",
        "notification_type": "MESSAGING",
        "title": "New Connect Message",
        "body": "You received a new message from Malaria",
    }
    assert delivered["timestamp"].endswith("Z")
    assert not delivered["timestamp"].startswith("2026-07-22T10:11:12")  # ours, not the phone's


def test_a_list_is_accepted_too(client: Client, phone: EnrolledPhone, channel: Channel) -> None:
    """2.1: the only endpoint that takes one."""
    sent = [message(channel) for _ in range(3)]
    answer = post(client, phone, sent)
    assert (answer.status_code, answer.json()["message_id"]) == (201, [one["message_id"] for one in sent])
    assert Callback.objects.count() == 3


def test_a_message_that_is_on_its_way_may_be_sent_again(
    client: Client, phone: EnrolledPhone, channel: Channel
) -> None:
    """6.4: pending ones are in the answer, sent ones are not; nothing happens twice."""
    sent = message(channel)
    first, again = post(client, phone, sent), post(client, phone, sent)
    assert (again.status_code, again.json()) == (201, first.json())
    Message.objects.update(status="SENT_TO_SERVICE")
    done = post(client, phone, sent)
    assert (done.status_code, done.json()) == (201, {"message_id": []})
    assert (Message.objects.count(), Callback.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"message_id": None}, "missing message_id"),
        ({"message_id": "seven"}, "missing message_id"),
        ({"message_id": 7}, "missing message_id"),
        ({"channel": None}, "missing channel_id"),
        ({"channel": "here"}, "missing channel_id"),
        ({"content": None}, "invalid message content"),
        ({"content": []}, "invalid message content"),
        ({"content": SEALED | {"ciphertext": ""}}, "invalid message content"),
    ],
)
def test_invalid_messages(
    client: Client, phone: EnrolledPhone, channel: Channel, changes: dict[str, Any], error: str
) -> None:
    """Row 400: a list under ``errors``; nothing of the request is kept."""
    answer = post(client, phone, [message(channel), message(channel, **changes)])
    assert (answer.status_code, answer.json()) == (400, {"errors": [error]})
    assert not Message.objects.exists()


@pytest.mark.parametrize("body", [[], 17, "text", None, [17], ["text"], [[]]])
def test_what_is_no_message(client: Client, phone: EnrolledPhone, body: Any) -> None:
    """2.1: no 500."""
    answer = post(client, phone, json.dumps(body))
    assert (answer.status_code, answer.json()) == (400, {"errors": ["invalid message content"]})


def test_nobody_writes_into_anothers_channel(client: Client, channel: Channel) -> None:
    """E-07: not found, and nothing is stored, not even the good half of a list."""
    stranger = new_phone()
    own = new_channel(new_partner(), stranger.account.pk)
    for body in (message(channel), [message(own), message(channel)]):
        answer = post(client, stranger, body)
        assert (answer.status_code, answer.json()) == (404, {"detail": "No Channel matches the given query."})
    assert not Message.objects.exists()


def test_ids_of_other_messages_are_not_sent_again(
    client: Client, phone: EnrolledPhone, channel: Channel
) -> None:
    """E-08: neither somebody else's nor one that went the other way."""
    stranger, partner = new_phone(), new_partner()
    theirs = message(new_channel(partner, stranger.account.pk))
    post(client, stranger, theirs)
    to_phone, _ = send(client, partner, new_channel(partner, phone.account.pk))
    for taken in (theirs["message_id"], str(to_phone)):
        answer = post(client, phone, message(channel, message_id=taken))
        assert (answer.status_code, answer.json()) == (400, {"errors": ["missing message_id"]})
    assert Callback.objects.count() == 1


def test_an_id_belongs_to_its_channel(client: Client, phone: EnrolledPhone, channel: Channel) -> None:
    """The same id for another channel is another message, which cannot be had; the first one stays as it is."""
    sent = message(channel)
    post(client, phone, sent)
    elsewhere = new_channel(new_partner(), phone.account.pk)
    answer = post(client, phone, sent | {"channel": str(elsewhere.pk)})
    assert (answer.status_code, answer.json()) == (400, {"errors": ["missing message_id"]})
    assert Message.objects.get().channel_id == channel.pk


def test_the_same_id_with_other_content_changes_nothing(
    client: Client, phone: EnrolledPhone, channel: Channel
) -> None:
    """6.4: idempotent by message_id; what is delivered is what was accepted first."""
    sent = message(channel)
    post(client, phone, sent)
    before = Callback.objects.get().body
    again = post(client, phone, sent | {"content": SEALED | {"ciphertext": "b3RoZXI="}})
    assert (again.status_code, again.json()) == (201, {"message_id": [sent["message_id"]]})
    assert Callback.objects.get().body == before


def test_sending_again_what_was_given_up_tries_it_anew(
    client: Client, phone: EnrolledPhone, channel: Channel
) -> None:
    """6.4: a pending one is dispatched again."""
    sent = message(channel)
    post(client, phone, sent)
    Callback.objects.update(given_up_at=clock.now(), attempts=10)
    assert post(client, phone, sent).json() == {"message_id": [sent["message_id"]]}
    callback = Callback.objects.get()
    assert (callback.given_up_at, callback.attempts) == (None, 0)


def test_content_and_its_order_survive(client: Client, phone: EnrolledPhone, channel: Channel) -> None:
    """13.1: opaque."""
    content = {"tag": "ü\u2028\U0001f600", "nonce": "A" * 2000, "ciphertext": "/+=" * 2000, "extra": 1}
    post(client, phone, message(channel, content=content))
    [delivered] = json.loads(Callback.objects.get().body)["messages"]
    assert [(name, delivered[name]) for name in delivered if name in content] == list(content.items())[:3]


def test_ids_in_capitals_are_the_same_ids(client: Client, phone: EnrolledPhone, channel: Channel) -> None:
    """2.3."""
    sent = message(channel)
    capitals = sent | {"message_id": sent["message_id"].upper(), "channel": sent["channel"].upper()}
    assert post(client, phone, capitals).json() == {"message_id": [sent["message_id"]]}
    assert post(client, phone, sent).json() == {"message_id": [sent["message_id"]]}
    assert Message.objects.count() == 1


def test_more_than_a_phone_ever_sends(client: Client, phone: EnrolledPhone, channel: Channel) -> None:
    """A bound, so that one request does not hold the database."""
    answer = post(client, phone, [message(channel)] * 501)
    assert (answer.status_code, answer.json()) == (400, {"errors": ["invalid message content"]})


def test_without_consent_nothing_leaves(client: Client, phone: EnrolledPhone, channel: Channel) -> None:
    """E-07: the app treats any failure as unsent, and sends it again once the channel is allowed."""
    Channel.objects.update(consent=False)
    answer = post(client, phone, message(channel))
    assert (answer.status_code, answer.json()) == (403, {"detail": "The channel has no consent."})


def test_statements(client: Client, phone: EnrolledPhone, channel: Channel, statement_budget: Any) -> None:
    """Whatever their number: authentication, and one for messages, callbacks and jobs; on SQLite one for each."""
    lists: list[list[dict[str, Any]]] = [[]]

    def grow(count: int) -> None:
        lists.append([*lists[-1], *[message(channel) for _ in range(count)]])

    def fresh() -> list[dict[str, Any]]:
        return [one | {"message_id": str(uuid4())} for one in lists[-1]]

    most = 2 if connection.vendor == "postgresql" else 4
    statement_budget(most, grow=grow, act=lambda: post(client, phone, fresh()), cap=500)
    assert Message.objects.count() > 20
