"""The job that pushes what requests stored, and what they could not finish (contract 12; safety promise 4)."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from connectid.config.schedule import SCHEDULE
from connectid.core import clock
from connectid.devices.models import EndReason, PushRegistration
from connectid.devices.tests.push_scene import registered
from connectid.jobs.draining import run_pending
from connectid.jobs.models import Job
from connectid.notifications import tasks
from connectid.notifications.models import Kind, Notification
from connectid.notifications.operations import notices, patience, pushing
from connectid.notifications.tests.sending_scene import workers
from connectid.providers import push
from connectid.sandbox import inbox
from connectid.testing import partners
from connectid.testing.budget import StatementBudget
from connectid.testing.scene import EnrolledPhone, new_phone

pytestmark = pytest.mark.django_db


def pushed() -> list[dict[str, Any]]:
    """What arrived at phones, in order."""
    return [sent.payload for sent in inbox.messages(kind="push")][::-1]


def reached_phone(address: str = "address-1") -> EnrolledPhone:
    phone = new_phone()
    registered(address, account=phone.account)
    return phone


def stored(address: str = "address-1", **payload: str) -> Notification:
    """A notification that waits to be pushed to a phone of its own."""
    account = registered(address).account
    pk = notices.store(account_id=account.pk, kind=Kind.CONNECT, payload=payload, at=clock.now())
    return Notification.objects.get(pk=pk)


def test_a_message_of_a_server(client: Client) -> None:
    """12.4: every key, under the label that its sender gave."""
    partner, phone = partners.new_partner(), reached_phone()
    channel = partners.new_channel(partner, phone.account.pk, name="Malaria")
    message_id, _ = partners.send(client, partner, channel, fcm_options={"analytics_label": "reminders"})
    assert pushed() == []
    run_pending()
    [polled] = client.get("/messaging/retrieve_notifications/", headers=phone.headers).json()["notifications"]
    [message] = pushed()
    assert message == {
        "token": "address-1",
        "android": {"priority": "high"},
        "data": polled,
        "fcm_options": {"analytics_label": "reminders"},
    }
    assert polled["message_id"] == str(message_id)
    assert (polled["notification_type"], polled["action"]) == ("MESSAGING", "ccc_message")


def test_a_large_message_goes_without_what_the_phone_polls_for(client: Client) -> None:
    """12.1."""
    partner, phone = partners.new_partner(), reached_phone()
    channel = partners.new_channel(partner, phone.account.pk)
    partners.send(client, partner, channel, content=partners.SEALED | {"ciphertext": "=" * 5000})
    run_pending()
    [message] = pushed()
    assert {"message_id", "channel", "notification_id", "action"} <= set(message["data"])
    assert not {"ciphertext", "tag", "nonce"} & set(message["data"])


def test_a_new_channel(client: Client) -> None:
    """12.3, 12.4, E-62: all four keys that the app asks for, consent in small letters."""
    partner, phone = partners.new_partner(), reached_phone()
    body = {"connectid": phone.account.username, "channel_source": "domain", "channel_name": "Malaria"}
    answer = client.post("/messaging/create_channel/", body, headers=partner.headers)
    run_pending()
    [message] = pushed()
    assert message["data"] == {
        "title": "New Channel",
        "body": "A new messaging channel is available from Malaria, press here to view",
        "action": "ccc_message",
        "channel_id": answer.json()["channel_id"],
        "channel_source": "Malaria",
        "channel_name": "Malaria",
        "key_url": partner.server.key_url,
        "consent": "true",
        "notification_id": str(Notification.objects.get().pk),
        "notification_type": "CONNECT",
    }


def test_what_was_pushed_is_not_pushed_again() -> None:
    notification = stored()
    run_pending()
    tasks.push_waiting.enqueue()
    run_pending()
    notification.refresh_from_db()
    assert (notification.push_due_at, notification.push_attempts, len(pushed())) == (None, 1, 1)


def test_what_the_phone_has_is_not_pushed(client: Client) -> None:
    phone = reached_phone()
    pk = notices.store(account_id=phone.account.pk, kind=Kind.CONNECT, payload={}, at=clock.now())
    client.post(
        "/messaging/update_notification_received/",
        {"notifications": [str(pk)]},
        content_type="application/json",
        headers=phone.headers,
    )
    run_pending()
    assert pushed() == []


def test_a_phone_without_an_address_polls() -> None:
    phone = new_phone()
    notices.store(account_id=phone.account.pk, kind=Kind.CONNECT, payload={}, at=clock.now())
    assert run_pending().succeeded == 1
    assert Notification.objects.get().push_due_at is None


def test_a_registration_that_ended_meanwhile_gets_nothing() -> None:
    """Safety: stale push token."""
    stored()
    PushRegistration.objects.update(ended_at=clock.now(), end_reason=EndReason.LOCKED)
    run_pending()
    assert pushed() == []


@pytest.mark.parametrize("ending", ["-unavailable", "-misconfigured", "-slow"])
def test_outages_are_tried_again_with_patience(ending: str) -> None:
    with clock.frozen() as time:
        notification = stored(f"address{ending}")
        for attempt in range(1, patience.MAX_ATTEMPTS):
            run_pending()
            notification.refresh_from_db()
            assert notification.push_attempts == attempt
            assert notification.push_due_at is not None
            wait = (notification.push_due_at - time.at).total_seconds()
            assert 1 <= wait <= min(patience.LONGEST_WAIT, patience.FIRST_WAIT * 2 ** (attempt - 1))
            time.advance(seconds=wait - 0.5)
            tasks.push_waiting.enqueue()
            run_pending()
            time.advance(seconds=0.5)
            tasks.push_waiting.enqueue()
        run_pending()
    notification.refresh_from_db()
    assert (notification.push_attempts, notification.push_due_at) == (patience.MAX_ATTEMPTS, None)


def test_an_outage_that_ends() -> None:
    notification = stored("address-unavailable")
    run_pending()
    PushRegistration.objects.update(token="address-1")
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        tasks.push_waiting.enqueue()
        run_pending()
    notification.refresh_from_db()
    assert (notification.push_due_at, len(pushed())) == (None, 1)


def test_a_used_up_quota_is_given_its_pause() -> None:
    """A Retry-After is a floor."""
    notification = stored("address-quota")
    with clock.frozen() as time:
        run_pending()
        notification.refresh_from_db()
        assert notification.push_due_at is not None
        assert notification.push_due_at - time.at >= timedelta(seconds=push.SHORTEST_QUOTA_PAUSE)


def test_after_an_hour_the_poll_has_brought_it() -> None:
    notification = stored("address-1")
    with clock.frozen(notification.created_at + patience.GIVEN_UP_AFTER):
        run_pending()
    notification.refresh_from_db()
    assert (notification.push_due_at, pushed()) == (None, [])


def test_no_attempt_is_planned_beyond_the_hour() -> None:
    notification = stored("address-quota")
    with clock.frozen(notification.created_at + patience.GIVEN_UP_AFTER - timedelta(seconds=30)):
        run_pending()
    notification.refresh_from_db()
    assert (notification.push_due_at, notification.push_attempts) == (None, 1)


@pytest.mark.parametrize("ending", ["-unregistered", "-other-sender", "-invalid"])
def test_dead_addresses_end(ending: str) -> None:
    notification = stored(f"address{ending}")
    run_pending()
    assert PushRegistration.objects.get().end_reason == EndReason.DEAD
    notification.refresh_from_db()
    assert notification.push_due_at is None


def test_bad_messages_are_not_tried_again() -> None:
    notification = stored("address-bad-message")
    run_pending()
    notification.refresh_from_db()
    assert (notification.push_due_at, PushRegistration.objects.get().ended_at) == (None, None)


def test_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pushing, "BATCH", 3)
    for number in range(8):
        stored(f"address-{number}")
    tasks.push_waiting.enqueue()
    run_pending()
    assert {message["token"] for message in pushed()} == {f"address-{number}" for number in range(8)}


def test_a_long_backlog_makes_room_for_other_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pushing, "BATCH", 1)
    monkeypatch.setattr(pushing, "AT_IT_FOR", 0.0)
    for number in range(3):
        stored(f"address-{number}")
    Job.objects.all().delete()
    assert pushing.push_waiting() == 1
    assert Job.objects.count() == 1
    run_pending()
    assert len(pushed()) == 3


def test_statements(statement_budget: StatementBudget) -> None:
    """Constant, at ten and at a thousand waiting, with every kind of outcome."""

    def grow(number: int) -> None:
        Notification.objects.bulk_create(
            Notification(account=one, kind=Kind.CONNECT, payload="{}", push_due_at=clock.now())
            for one in workers(number, endings=("", "-unavailable", "-unregistered", "-slow"))
        )

    def act() -> None:
        Notification.objects.update(push_due_at=clock.now(), push_attempts=0)
        PushRegistration.objects.filter(end_reason=EndReason.DEAD).update(
            ended_at=None, end_reason="", token="a-unregistered"
        )
        tasks.push_waiting.call()

    # Two are the test's, two the sandbox's, and one finds nobody any more.
    statement_budget(6 + 2 + 2 + 1, grow=grow, act=act, sizes=(10, 1000))


def test_it_runs_every_minute() -> None:
    assert any(entry.task is tasks.push_waiting and entry.cron == "* * * * *" for entry in SCHEDULE)
