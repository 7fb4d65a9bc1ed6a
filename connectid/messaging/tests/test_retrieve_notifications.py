"""GET /messaging/retrieve_notifications/ (contract 6.1)."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from connectid.core import clock, datetimes
from connectid.messaging import polling
from connectid.notifications.models import Kind
from connectid.notifications.operations import notices
from connectid.testing.partners import new_channel, new_partner, send
from connectid.testing.scene import EnrolledPhone, new_account, new_phone

PATH = "/messaging/retrieve_notifications/"
WORDS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)
OURS = ("notification_id", "notification_type", "timestamp")

pytestmark = pytest.mark.django_db


def poll(client: Client, phone: EnrolledPhone) -> Any:
    answer = client.get(PATH, headers=phone.headers)
    assert answer.status_code == 200
    return answer.json()


def tell(phone: EnrolledPhone, *, minutes_ago: float = 0, **payload: str) -> str:
    at = clock.now() - timedelta(minutes=minutes_ago)
    given = {"title": "t"} | payload
    return str(notices.store(account_id=phone.account.pk, kind=Kind.CONNECT, payload=given, at=at))


def test_nothing(client: Client) -> None:
    """Both lists are there, empty."""
    assert poll(client, new_phone()) == {"notifications": [], "channels": []}


def test_every_channel_is_listed(client: Client) -> None:
    """The app deletes channels that are not: also those without consent, and of servers that are switched off."""
    partner, phone = new_partner(), new_phone()
    named = new_channel(partner, phone.account.pk, source="domain", name="Malaria")
    stopped = new_channel(partner, phone.account.pk, source="other", consent=False)
    partner.server.is_active = False
    partner.server.save()
    assert poll(client, phone)["channels"] == [
        {
            "channel_id": str(channel.pk),
            "channel_source": name,
            "channel_name": name,
            "key_url": partner.server.key_url,
            "consent": consent,
        }
        for channel, name, consent in ((named, "Malaria", True), (stopped, "other", False))
    ]


def test_notifications_come_oldest_first_until_acknowledged(client: Client) -> None:
    """6.1: ordered by timestamp; an acknowledged one does not come again."""
    phone = new_phone()
    late, early = tell(phone, minutes_ago=1), tell(phone, minutes_ago=2)
    assert [one["notification_id"] for one in poll(client, phone)["notifications"]] == [early, late]
    acknowledge = "/messaging/update_notification_received/"
    client.post(
        acknowledge, {"notifications": [early]}, content_type="application/json", headers=phone.headers
    )
    assert [one["notification_id"] for one in poll(client, phone)["notifications"]] == [late]


def test_the_senders_words_do_not_stand_in_for_ours(client: Client) -> None:
    """E-66: an id, a kind or a time that a sender wrote would break every poll of the app."""
    phone = new_phone()
    told = tell(phone, notification_id="x", notification_type="MESSAGING", timestamp="", action="ccc_payment")
    [one] = poll(client, phone)["notifications"]
    assert (one["notification_id"], one["notification_type"]) == (told, "CONNECT")
    assert one["timestamp"].endswith("Z")
    assert one["action"] == "ccc_payment"


@given(payload=st.dictionaries(st.text() | st.sampled_from(OURS), st.text(), max_size=4))
def test_whatever_was_said_comes_back(payload: dict[str, str]) -> None:
    """Payloads go out as they were stored, in their order, and our own three are ours whatever a sender wrote."""
    account = new_account()
    told = notices.store(account_id=account.pk, kind=Kind.CONNECT, payload=payload, at=clock.now())
    [pairs] = json.loads(polling.poll(account.pk), object_pairs_hook=Pairs).named("notifications")
    said = {name: words for name, words in payload.items() if name not in OURS}
    assert len({name for name, _ in pairs}) == len(pairs)
    assert [pair for pair in pairs if pair[0] not in OURS] == list(said.items())
    assert {name for name, _ in pairs} == {*said, *OURS}
    assert pairs.named("notification_id") == str(told)
    assert pairs.named("notification_type") == "CONNECT"


class Pairs(list[tuple[str, Any]]):
    """An object with its keys in their order, and as often as they are there."""

    def named(self, name: str) -> Any:
        return next(value for key, value in self if key == name)


@given(source=WORDS, name=WORDS, key_url=WORDS)
def test_channels_are_whole_whatever_they_are_called(source: str, name: str, key_url: str) -> None:
    partner, account = new_partner(), new_account()
    partner.server.key_url = key_url
    partner.server.save()
    channel = new_channel(partner, account.pk, source=source, name=name)
    for written in (polling.poll(account.pk), polling.poll_messages(account.pk)):
        [listed] = json.loads(written)["channels"]
        assert listed.pop("channel_name", name or source) == (name or source)
        assert listed == {
            "channel_id": str(channel.pk),
            "channel_source": name or source,
            "key_url": key_url,
            "consent": True,
        }


@pytest.mark.parametrize(
    ("microsecond", "written"), [(345678, ".345678Z"), (345600, ".345600Z"), (5, ".000005Z"), (0, "Z")]
)
def test_timestamps_are_written_as_apps_read_them(client: Client, microsecond: int, written: str) -> None:
    """2.3: microseconds, none where they are zero, and Z."""
    phone = new_phone()
    now = clock.now().replace(microsecond=microsecond)
    with clock.frozen(now):
        tell(phone)
    [one] = poll(client, phone)["notifications"]
    assert one["timestamp"] == f"{now:%Y-%m-%dT%H:%M:%S}{written}"
    assert one["timestamp"] == datetimes.serializer_format(now)


def test_what_cannot_be_read_does_not_fill_the_window(client: Client) -> None:
    """6.1: the newest are handed out, so that a phone with many messages that it cannot decrypt still gets new ones."""
    phone = new_phone()
    for count in range(polling.WINDOW + 5):
        tell(phone, minutes_ago=1000 - count)
    newest = tell(phone)
    listed = [one["notification_id"] for one in poll(client, phone)["notifications"]]
    assert (len(listed), listed[-1]) == (polling.WINDOW, newest)


def test_large_ones_are_handed_out_a_few_at_a_time_the_newest_first(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """6.1: the phone acknowledges and polls again. What is larger than all the room comes by itself."""
    phone = new_phone()
    ids = [tell(phone, minutes_ago=minutes) for minutes in (5, 4, 3, 2, 1)]
    size = len(phone.account.notifications.all()[0].payload)

    def polled() -> list[str]:
        listed = [one["notification_id"] for one in poll(client, phone)["notifications"]]
        acknowledged: dict[str, Any] = {"content_type": "application/json", "headers": phone.headers}
        client.post("/messaging/update_notification_received/", {"notifications": listed}, **acknowledged)
        return listed

    monkeypatch.setattr(polling, "ROOM", size + 1)
    assert polled() == ids[3:]
    monkeypatch.setattr(polling, "ROOM", size)
    assert polled() == ids[2:3]
    monkeypatch.setattr(polling, "ROOM", 1)
    assert (polled(), polled(), polled()) == (ids[1:2], ids[:1], [])


def test_nobody_elses(client: Client) -> None:
    """Only the caller's own."""
    partner, other, phone = new_partner(), new_phone(), new_phone()
    send(client, partner, new_channel(partner, other.account.pk))
    tell(other)
    assert poll(client, phone) == {"notifications": [], "channels": []}


def test_two_statements_whatever_there_is(client: Client, statement_budget: Any) -> None:
    """The report's item 2: one for the phone, one for everything else."""
    partner, phone = new_partner(), new_phone()

    def grow(count: int) -> None:
        for _ in range(count):
            send(client, partner, new_channel(partner, phone.account.pk))
            tell(phone)

    statement_budget(2, grow=grow, act=lambda: poll(client, phone))


def test_callers_prove_themselves(client: Client) -> None:
    """A1."""
    assert client.get(PATH).status_code == 401
    assert client.get(PATH, headers=new_partner().headers).status_code == 401
    assert new_account().notifications.count() == 0
