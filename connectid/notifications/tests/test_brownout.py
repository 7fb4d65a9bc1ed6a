"""FCM answers late, and three in ten times with 503: who sends is not slowed, and every message arrives (safety promise 4).

No time passes here. FCM answers once the test lets it, which is later than any ten seconds: a request that waited for it would
never be answered.
"""

import threading

import pytest
from django.db import connections
from django.test import Client

from connectid.core import clock
from connectid.devices.tests.push_scene import registered
from connectid.jobs.tests.waiting import PATIENCE_SECONDS, until
from connectid.notifications.models import Notification
from connectid.notifications.operations import pushing
from connectid.providers.push.tests.fake_fcm import FakeFcm, fcm_error
from connectid.testing import partners
from connectid.testing.at_once import at_once
from connectid.testing.budget import StatementBudget
from connectid.testing.fake_http import Answer, Received
from connectid.testing.scene import EnrolledPhone, new_phone

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

PHONES = 10
MESSAGES = 40


def reached_phone(number: int) -> EnrolledPhone:
    phone = new_phone()
    registered(f"address-{number}", account=phone.account)
    return phone


def poll_and_acknowledge(client: Client, phone: EnrolledPhone) -> list[str]:
    """Return the ids of the messages that the phone finds."""
    found = client.get("/messaging/retrieve_notifications/", headers=phone.headers).json()["notifications"]
    body = {"notifications": [one["notification_id"] for one in found]}
    path = "/messaging/update_notification_received/"
    client.post(path, body, content_type="application/json", headers=phone.headers)
    return [one["message_id"] for one in found]


def test_a_brownout(client: Client, fcm: FakeFcm, statement_budget: StatementBudget) -> None:
    held, answered = threading.Event(), 0
    answer, lock = fcm.server.respond, threading.Lock()

    def late(received: Received) -> Answer:
        nonlocal answered
        if received.path == "/token":
            return answer(received)
        assert held.wait(timeout=PATIENCE_SECONDS)
        with lock:
            answered += 1
            refuses = answered * 7 % 10 < 3
        return fcm_error(503, "UNAVAILABLE") if refuses else answer(received)

    fcm.server.respond = late
    partner = partners.new_partner()
    phones = [reached_phone(number) for number in range(PHONES)]
    channels = [partners.new_channel(partner, phone.account.pk) for phone in phones]
    sent = {str(partners.send(client, partner, channel)[0]) for channel in channels}

    def push_all() -> None:
        try:
            pushing.push_waiting()
        finally:
            connections.close_all()

    pushing_thread = threading.Thread(target=push_all)
    pushing_thread.start()
    try:
        until(lambda: len(fcm.asked) == PHONES)
        # While pushes hang, messages are accepted as ever, polled, and other jobs find that somebody is at the pushes.
        for number in range(PHONES, MESSAGES):
            with statement_budget.at_most(4):
                message_id, accepted = partners.send(client, partner, channels[number % PHONES])
            assert accepted.status_code == 200
            sent.add(str(message_id))
        assert {polled for phone in phones for polled in poll_and_acknowledge(client, phone)} == sent
        assert [polled for phone in phones for polled in poll_and_acknowledge(client, phone)] == []
        assert pushing.push_waiting() == 0
        assert (answered, len(fcm.asked)) == (0, PHONES)
    finally:
        held.set()
        pushing_thread.join(timeout=50)
    assert not pushing_thread.is_alive()
    until(lambda: answered == PHONES)
    assert len(fcm.asked) == PHONES, "what phones have is announced no more, however FCM answered"
    assert not Notification.objects.filter(push_due_at__isnull=False).exists()


def test_what_a_brownout_refused_is_announced_after_all(client: Client, fcm: FakeFcm) -> None:
    """Three in ten are refused; within the hour all are announced, unless the phone polled before."""
    phones = [reached_phone(number) for number in range(MESSAGES)]
    partner = partners.new_partner()
    for phone in phones:
        partners.send(client, partner, partners.new_channel(partner, phone.account.pk))
    ok = Answer(json={"name": "n"})
    fcm.answers = [fcm_error(503, "UNAVAILABLE") if n * 7 % 10 < 3 else ok for n in range(MESSAGES)]
    with clock.frozen() as time:
        pushing.push_waiting()
        refused = Notification.objects.filter(push_due_at__isnull=False)
        assert refused.count() == MESSAGES * 3 // 10
        for _ in range(50):
            time.advance(minutes=1)
            pushing.push_waiting()
    assert not refused.exists()
    assert len(fcm.asked) == MESSAGES + MESSAGES * 3 // 10


def test_workers_at_once_push_each_once(fcm: FakeFcm) -> None:
    """SKIP LOCKED: a notification is one worker's."""
    partner = partners.new_partner()
    for number in range(MESSAGES):
        phone = reached_phone(number)
        partners.send(Client(), partner, partners.new_channel(partner, phone.account.pk))
    now = clock.now()
    counts = at_once(*[lambda: pushing.push_due(at=now)] * 4)
    assert sum(counts) == MESSAGES
    addresses = [message["token"] for message in fcm.messages]
    assert sorted(addresses) == sorted({f"address-{number}" for number in range(MESSAGES)})
