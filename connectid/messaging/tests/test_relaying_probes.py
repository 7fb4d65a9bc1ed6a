"""How it is noticed that a partner which was left alone is well again, however long its calls would wait."""

from datetime import timedelta

import pytest
from django.test import Client

from connectid.core.clock import FrozenClock
from connectid.jobs.draining import run_pending
from connectid.messaging import patience
from connectid.messaging.models import Callback, Channel, MessageServer
from connectid.messaging.operations import relaying
from connectid.messaging.tests.relaying import delivered, say
from connectid.providers.errors import Rejected, Unavailable
from connectid.testing.partners import ListeningPartner, Partner, new_channel
from connectid.testing.scene import EnrolledPhone

pytestmark = pytest.mark.django_db


@pytest.fixture
def left_alone(partner: Partner, now: FrozenClock) -> Partner:
    """A partner that has been down for so long that the pause after its last failure is about to end."""
    MessageServer.objects.update(failures_in_a_row=20, paused_until=now.at + timedelta(seconds=5))
    return partner


@pytest.fixture
def unheard(
    client: Client, listener: ListeningPartner, left_alone: Partner, channel: Channel, phone: EnrolledPhone
) -> str:
    """Where something that a phone says to that partner cannot be delivered yet."""
    say(client, phone, channel)
    return left_alone.server.delivery_url


def look(now: FrozenClock) -> None:
    now.advance(patience.LONGEST_PAUSE)
    relaying.sweep(at=now.at)
    run_pending()


def test_a_call_that_waits_for_hours_finds_out(
    client: Client, listener: ListeningPartner, left_alone: Partner, phone: EnrolledPhone, now: FrozenClock
) -> None:
    """All that waits, in both channels, arrives after one look; nothing of it was due."""
    sent = [say(client, phone, new_channel(left_alone, phone.account.pk)) for _ in range(2)]
    Callback.objects.update(attempts=6, due_at=now.at + timedelta(hours=10))
    look(now)
    assert sorted(delivered(listener, left_alone)) == sorted(sent)
    left_alone.server.refresh_from_db()
    assert left_alone.server.paused_until is None


def test_a_call_before_its_time_that_fails_costs_no_attempt(
    unheard: str, listener: ListeningPartner, now: FrozenClock
) -> None:
    due_at = now.at + timedelta(hours=10)
    Callback.objects.update(attempts=6, due_at=due_at)
    listener.failures[unheard] = [Unavailable("down")] * 100
    for _ in range(3):
        look(now)
    waiting = Callback.objects.get()
    assert (waiting.attempts, waiting.due_at, waiting.given_up_at) == (6, due_at, None)
    assert len(listener.failures[unheard]) == 97
    server = MessageServer.objects.get()
    assert (server.failures_in_a_row, server.paused_until) == (23, now.at + patience.LONGEST_PAUSE)


def test_nobody_is_asked_again_before_time_what_it_refused(
    unheard: str, listener: ListeningPartner, now: FrozenClock
) -> None:
    listener.failures[unheard] = [Rejected("no")] * 2
    MessageServer.objects.update(paused_until=None)
    run_pending()
    MessageServer.objects.update(failures_in_a_row=20, paused_until=now.at)
    Callback.objects.update(due_at=now.at + timedelta(hours=10))
    look(now)
    assert len(listener.failures[unheard]) == 1


def test_what_was_tried_before_does_not_trickle_afterwards(
    client: Client, listener: ListeningPartner, left_alone: Partner, phone: EnrolledPhone, now: FrozenClock
) -> None:
    """Repeats are few while things are bad; the answer that ends an outage says that they are not any more (decision 0033)."""
    sent = [say(client, phone, new_channel(left_alone, phone.account.pk)) for _ in range(14)]
    Callback.objects.update(attempts=3, due_at=now.at + timedelta(hours=1))
    look(now)
    assert sorted(delivered(listener, left_alone)) == sorted(sent)
