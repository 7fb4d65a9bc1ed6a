"""FCM answers late, and a third of the time with 503: who sends is not slowed, and every message arrives (safety promise 4).

No time passes here: FCM answers once the test lets it.
"""

import threading

import pytest
from django.db import connections
from django.test import Client

from connectid.core import clock
from connectid.devices.tests.push_scene import registered
from connectid.notifications.models import Notification
from connectid.notifications.operations import pushing
from connectid.providers.push.tests.fake_fcm import FakeFcm, fcm_error
from connectid.testing import partners
from connectid.testing.at_once import at_once
from connectid.testing.fake_http import Answer, Received
from connectid.testing.scene import EnrolledPhone, new_phone

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

PHONES = 10
MESSAGES = 40


def reached_phone(number: int) -> EnrolledPhone:
    phone = new_phone()
    registered(f"address-{number}", account=phone.account)
    return phone


def test_a_brownout(client: Client, fcm: FakeFcm) -> None:
    held, asked = threading.Event(), 0
    answer, lock = fcm.server.respond, threading.Lock()

    def late(received: Received) -> Answer:
        nonlocal asked
        if received.path == "/token":
            return answer(received)
        assert held.wait(timeout=30)
        with lock:
            asked += 1
            refuses = asked % 3 == 0
        return fcm_error(503, "UNAVAILABLE") if refuses else answer(received)

    fcm.server.respond = late
    partner = partners.new_partner()
    phones = [reached_phone(number) for number in range(PHONES)]
    channels = [partners.new_channel(partner, phone.account.pk) for phone in phones]
    partners.send(client, partner, channels[0])

    def push_all() -> None:
        try:
            pushing.push_waiting()
        finally:
            connections.close_all()

    pushing_thread = threading.Thread(target=push_all)
    pushing_thread.start()
    try:
        # While a push hangs, messages are accepted, polled, and other jobs find that somebody is at the pushes.
        for number in range(1, MESSAGES):
            _, accepted = partners.send(client, partner, channels[number % PHONES])
            assert accepted.status_code == 200
        polled = [
            client.get("/messaging/retrieve_notifications/", headers=phone.headers).json()["notifications"]
            for phone in phones
        ]
        assert sum(len(one) for one in polled) == MESSAGES
        assert pushing.push_waiting() == 0
        assert pushing_thread.is_alive()
    finally:
        held.set()
        pushing_thread.join(timeout=50)
    assert not pushing_thread.is_alive()

    with clock.frozen() as time:
        for _ in range(5):
            time.advance(minutes=10)
            pushing.push_waiting()
    assert not Notification.objects.filter(push_due_at__isnull=False).exists()
    assert asked > MESSAGES  # some more than once


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
