"""The job that reminds people of messages that their phone has not fetched (item 4)."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from connectid.accounts.models import Account
from connectid.config.schedule import SCHEDULE
from connectid.core import clock
from connectid.core.identifiers import new_ordered_uuid
from connectid.devices.models import EndReason, PushRegistration
from connectid.devices.tests.push_scene import registered
from connectid.notifications import tasks
from connectid.notifications.models import Kind, Notification, Reminder
from connectid.notifications.operations import reminders
from connectid.notifications.tests.sending_scene import workers
from connectid.providers import push
from connectid.sandbox import inbox
from connectid.testing import partners
from connectid.testing.at_once import at_once
from connectid.testing.budget import StatementBudget
from connectid.testing.scene import new_account
from connectid.testing.statements import count_statements

pytestmark = pytest.mark.django_db

NOW = clock.now()
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def reminded() -> list[dict[str, Any]]:
    """The messages that arrived at phones, in order."""
    return [sent.payload for sent in inbox.messages(kind="push")][::-1]


def unread(account: Account, number: int = 1, *, since: timedelta = 2 * HOUR, **fields: Any) -> None:
    """Messages that were announced and not fetched."""
    Notification.objects.bulk_create(
        Notification(
            account=account,
            kind=Kind.MESSAGING,
            payload='{"message_id": "m", "channel": "c", "channel_name": "Malaria", "ciphertext": "x"}',
            message_id=new_ordered_uuid(),
            created_at=NOW - since,
            **fields,
        )
        for _ in range(number)
    )


def test_one_push_with_the_number(client: Client) -> None:
    """It says which channel the newest is of, so that the app polls (12.3), and nothing of what they say."""
    partner, account = partners.new_partner(), registered("address-1").account
    channel = partners.new_channel(partner, account.pk, name="Malaria")
    with clock.frozen(NOW - 2 * HOUR):
        partners.send(client, partner, channel)
    with clock.frozen(NOW - HOUR):
        newest, _ = partners.send(client, partner, channel)
    assert reminders.remind(at=NOW) == 1
    notification = Notification.objects.get(message_id=newest)
    assert reminded() == [
        {
            "token": "address-1",
            "android": {"priority": "high", "collapse_key": "unread"},
            "data": {
                "message_id": str(newest),
                "channel": str(channel.pk),
                "channel_name": "Malaria",
                "action": "ccc_message",
                "title": "Unread messages",
                "body": "2 messages are waiting for you",
                "count": "2",
                "notification_id": str(notification.pk),
                "notification_type": "MESSAGING",
            },
        }
    ]


def test_one_message() -> None:
    unread(registered().account)
    reminders.remind(at=NOW)
    assert reminded()[0]["data"]["body"] == "1 message is waiting for you"


def test_at_most_once_an_hour() -> None:
    unread(registered().account)
    reminders.remind(at=NOW)
    for later, count in ((MINUTE, 1), (HOUR - MINUTE, 1), (HOUR, 2), (HOUR + MINUTE, 2), (2 * HOUR, 3)):
        reminders.remind(at=NOW + later)
        assert len(reminded()) == count


def test_a_process_that_dies_reminds_nobody_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    unread(registered().account)

    class Dying:
        def send(self, pushes: Any, *, deadline: float) -> Any:
            raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(push, "pick", Dying)
        with pytest.raises(KeyboardInterrupt):
            reminders.remind(at=NOW)
    assert reminders.remind(at=NOW + MINUTE) == 0
    assert reminders.remind(at=NOW + HOUR) == 1


@pytest.mark.parametrize(
    ("since", "count"), [(HOUR - MINUTE, 0), (HOUR, 1), (71 * HOUR, 1), (72 * HOUR, 0), (500 * HOUR, 0)]
)
def test_only_between_an_hour_and_the_age_of_the_setting(since: timedelta, count: int) -> None:
    unread(registered().account, since=since)
    assert reminders.remind(at=NOW) == count


def test_the_age_is_a_setting(settings: Settings) -> None:
    unread(registered().account, since=5 * HOUR)
    settings.REMINDERS_STOP_AFTER_HOURS = 5
    assert reminders.remind(at=NOW) == 0
    settings.REMINDERS_STOP_AFTER_HOURS = 6
    assert reminders.remind(at=NOW) == 1


def test_who_is_not_reminded() -> None:
    unread(registered("a").account, received_at=NOW)
    unread(new_account())
    unread(registered("b", ended_at=NOW, end_reason=EndReason.LOCKED, token="").account)
    unread(registered("c", account=new_account(is_active=False)).account)
    told = registered("d").account
    Notification.objects.create(account=told, kind=Kind.CONNECT, payload="{}", created_at=NOW - 2 * HOUR)
    assert reminders.remind(at=NOW) == 0
    assert reminded() == []


def test_dead_addresses_end_and_outages_wait_for_the_next_hour() -> None:
    dead, down = registered("address-unregistered"), registered("address-unavailable")
    unread(dead.account)
    unread(down.account)
    reminders.remind(at=NOW)
    dead.refresh_from_db()
    down.refresh_from_db()
    assert (dead.end_reason, down.ended_at) == (EndReason.DEAD, None)
    assert reminders.remind(at=NOW + MINUTE) == 0


def test_a_thousand_messages_of_a_hundred_people() -> None:
    """The figure of item 4: at most 100 pushes and 8 statements."""
    for account in workers(100):
        unread(account, 10)
    with count_statements() as statements:
        assert reminders.remind(at=NOW) == 100
    assert len(reminded()) == 100
    assert {message["data"]["count"] for message in reminded()} == {"10"}
    assert len(statements) <= 8


def test_statements(statement_budget: StatementBudget) -> None:
    """The same at ten and at a thousand people: choose, count, look up; once more to find nobody; the sandbox's own two."""

    def grow(number: int) -> None:
        for account in workers(number):
            unread(account, 2)

    def act() -> None:
        Reminder.objects.all().delete()
        with clock.frozen(NOW):
            tasks.remind.call()

    statement_budget(7, grow=grow, act=act, sizes=(10, 999))


def test_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reminders, "BATCH", 2)
    for account in workers(5):
        unread(account)
    assert reminders.remind(at=NOW) == 5
    assert len({message["token"] for message in reminded()}) == 5


def test_it_has_a_job() -> None:
    unread(registered().account)
    with clock.frozen(NOW):
        tasks.remind.call()
    assert len(reminded()) == 1
    assert any(entry.task is tasks.remind for entry in SCHEDULE)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_workers_at_once_remind_each_once() -> None:
    for account in workers(50):
        unread(account)
    assert sum(at_once(*[lambda: reminders.remind(at=NOW)] * 4)) == 50
    assert len(reminded()) == 50
    assert PushRegistration.objects.count() == 50
