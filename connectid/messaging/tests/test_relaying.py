"""Bringing partners what is for them (contract 13.4): the jobs, run against partners who listen."""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from connectid.core.clock import FrozenClock
from connectid.jobs.draining import run_pending
from connectid.jobs.models import Job
from connectid.messaging import patience
from connectid.messaging.models import Callback, Channel, Message
from connectid.messaging.operations import outcomes, relaying
from connectid.messaging.tests.relaying import delivered, say
from connectid.providers import webhooks
from connectid.providers.errors import Rejected, Unavailable
from connectid.testing.partners import SEALED, ListeningPartner, Partner, new_channel, new_partner, send
from connectid.testing.scene import EnrolledPhone

pytestmark = pytest.mark.django_db


def statuses() -> list[str]:
    return list(Message.objects.order_by("sent_at").values_list("status", flat=True))


def test_messages_arrive_in_order_and_their_content_is_forgotten(
    client: Client, listener: ListeningPartner, partner: Partner, phone: EnrolledPhone, channel: Channel
) -> None:
    """One message to a request; what arrived is kept no longer."""
    sent = [say(client, phone, channel) for _ in range(3)]
    run_pending()
    assert delivered(listener, partner) == sent
    assert statuses() == ["SENT_TO_SERVICE"] * 3
    assert not Callback.objects.exists()


def test_receipts_and_consent(
    client: Client, listener: ListeningPartner, partner: Partner, phone: EnrolledPhone, channel: Channel
) -> None:
    """13.4: each at its own address; a message whose receipt arrived is confirmed."""
    message_id, _ = send(client, partner, channel)
    [notification] = phone.account.notifications.all()
    post: dict[str, Any] = {"content_type": "application/json", "headers": phone.headers}
    client.post("/messaging/update_notification_received/", {"notifications": [notification.pk]}, **post)
    client.post("/messaging/update_consent/", {"channel": channel.pk, "consent": False}, **post)
    run_pending()
    [receipt] = listener.told(partner.server.callback_url)
    assert [one["message_id"] for one in receipt["messages"]] == [str(message_id)]
    assert listener.told(partner.server.consent_url) == [{"channel_id": str(channel.pk), "consent": False}]
    assert statuses() == ["CONFIRMED_RECEIVED"]


def test_an_outage_holds_the_channels_calls_in_order(
    client: Client,
    listener: ListeningPartner,
    partner: Partner,
    phone: EnrolledPhone,
    channel: Channel,
    now: FrozenClock,
) -> None:
    """Nothing overtakes; the call is made again when its time comes, byte for byte."""
    listener.failures[partner.server.delivery_url] = [Unavailable("down")]
    sent = [say(client, phone, channel) for _ in range(2)]
    run_pending()
    assert delivered(listener, partner) == []
    first = Callback.objects.order_by("id")[0]
    assert (first.attempts, first.failure, first.is_refused) == (1, "down", False)
    now.advance(seconds=10)
    run_pending()
    assert delivered(listener, partner) == sent


def test_what_is_refused_lets_the_others_pass(
    client: Client,
    listener: ListeningPartner,
    partner: Partner,
    phone: EnrolledPhone,
    channel: Channel,
    now: FrozenClock,
) -> None:
    """A partner that answers 400 to one message gets the next one, and the first again later."""
    listener.failures[partner.server.delivery_url] = [Rejected("answered 400")]
    first, second = (say(client, phone, channel) for _ in range(2))
    run_pending()
    assert delivered(listener, partner) == [second]
    now.advance(seconds=10)
    run_pending()
    assert delivered(listener, partner) == [second, first]
    partner.server.refresh_from_db()
    assert partner.server.failures_in_a_row == 0


def test_what_comes_while_a_channel_is_let_go_need_not_wait_for_what_is_tried_again(
    client: Client,
    listener: ListeningPartner,
    partner: Partner,
    phone: EnrolledPhone,
    channel: Channel,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its own job finds the channel taken, and leaves; whoever has it has looked already."""
    listener.failures[partner.server.delivery_url] = [Rejected("answered 400")]
    say(client, phone, channel)
    keep = relaying._keep
    said: list[str] = []

    def let_go(channel_id: UUID, lease: datetime, until: datetime | None) -> bool:
        if until is None and not said:
            said.append(say(client, phone, channel))
            run_pending()
        return keep(channel_id, lease, until)

    monkeypatch.setattr(relaying, "_keep", let_go)
    run_pending()
    assert delivered(listener, partner) == said


def test_a_call_is_given_up_after_75_hours_and_can_be_replayed(
    client: Client,
    listener: ListeningPartner,
    partner: Partner,
    phone: EnrolledPhone,
    channel: Channel,
    now: FrozenClock,
) -> None:
    """Eleven attempts; then it waits for somebody to replay it, and the next ones go on."""
    listener.failures[partner.server.delivery_url] = [Rejected("answered 401")] * patience.MAX_ATTEMPTS
    sent = say(client, phone, channel)
    began = now.at
    for wait in (0, *patience.WAITS):
        now.advance(seconds=wait * (1 + patience.SPREAD) + 1)
        run_pending()
    letter = Callback.objects.get()
    assert (letter.attempts, letter.given_up_at is not None) == (patience.MAX_ATTEMPTS, True)
    assert now.at - began > timedelta(hours=75)
    assert delivered(listener, partner) == []
    assert outcomes.replay(Callback.objects.all(), at=now.at) == 1
    run_pending()
    assert delivered(listener, partner) == [sent]


def test_a_dead_partner_is_left_alone_and_delays_nobody(
    client: Client, listener: ListeningPartner, partner: Partner, phone: EnrolledPhone, now: FrozenClock
) -> None:
    """The breaker: after five failures in a row the others of its channels are not even tried."""
    listener.failures[partner.server.delivery_url] = [Unavailable("down")] * 100
    for _ in range(10):
        say(client, phone, new_channel(partner, phone.account.pk))
    healthy = new_partner()
    theirs = say(client, phone, new_channel(healthy, phone.account.pk))
    run_pending()
    # Nor are they looked at again and again: only those that failed come back.
    waiting = Job.objects.filter(task__endswith=".relay_channel")
    assert waiting.count() == patience.FAILURES_BEFORE_PAUSE
    tried = 100 - len(listener.failures[partner.server.delivery_url])
    assert tried == patience.FAILURES_BEFORE_PAUSE
    assert delivered(listener, healthy) == [theirs]
    partner.server.refresh_from_db()
    assert partner.server.paused_until == now.at + patience.FIRST_PAUSE


def test_after_an_outage_one_call_finds_out_and_the_rest_follow(
    client: Client, listener: ListeningPartner, partner: Partner, phone: EnrolledPhone, now: FrozenClock
) -> None:
    """One probe; its success makes everything that waits due."""
    listener.failures[partner.server.delivery_url] = [Unavailable("down")] * 6
    sent = [say(client, phone, new_channel(partner, phone.account.pk)) for _ in range(10)]
    run_pending()
    now.advance(seconds=31)
    relaying.sweep(at=now.at)
    run_pending()
    assert delivered(listener, partner) == []
    assert len(listener.failures[partner.server.delivery_url]) == 0
    now.advance(seconds=61)
    assert relaying.sweep(at=now.at) == 1
    run_pending()
    assert sorted(delivered(listener, partner)) == sorted(sent)
    partner.server.refresh_from_db()
    assert (partner.server.failures_in_a_row, partner.server.paused_until) == (0, None)


def test_a_channel_is_carried_by_one_worker(
    client: Client,
    listener: ListeningPartner,
    partner: Partner,
    phone: EnrolledPhone,
    channel: Channel,
    now: FrozenClock,
) -> None:
    """A lease; when its worker dies, the sweep brings another one."""
    sent = say(client, phone, channel)
    Channel.objects.update(relaying_until=now.at + relaying.LEASE)
    run_pending()
    assert relaying.sweep(at=now.at) == 0
    assert delivered(listener, partner) == []
    now.advance(seconds=relaying.LEASE.total_seconds() + 1)
    assert relaying.sweep(at=now.at) == 1
    run_pending()
    assert delivered(listener, partner) == [sent]


def test_a_lease_that_ran_out_is_not_renewed(channel: Channel, now: FrozenClock) -> None:
    """The worker that stalled too long leaves the channel to the one that took it over."""
    lease = relaying._take(channel.pk)
    assert lease is not None
    now.advance(seconds=relaying.LEASE.total_seconds() + 1)
    others = relaying._take(channel.pk)
    assert others is not None
    assert not relaying._keep(channel.pk, lease, None)
    assert relaying._keep(channel.pk, others, None)


def test_a_partner_says_when_to_come_back(
    client: Client,
    listener: ListeningPartner,
    partner: Partner,
    phone: EnrolledPhone,
    channel: Channel,
    now: FrozenClock,
) -> None:
    """Retry-After is honoured where it is longer than our own wait, up to a day."""
    listener.failures[partner.server.delivery_url] = [Unavailable("answered 503", retry_after=3600.0)]
    say(client, phone, channel)
    run_pending()
    assert Callback.objects.get().due_at == now.at + timedelta(hours=1)


def test_health_is_noted(
    client: Client,
    listener: ListeningPartner,
    partner: Partner,
    phone: EnrolledPhone,
    channel: Channel,
    now: FrozenClock,
) -> None:
    """The last success, to the minute: not a write for every call."""
    for seconds in (0, 30):
        now.advance(seconds=seconds)
        say(client, phone, channel)
        run_pending()
    partner.server.refresh_from_db()
    assert partner.server.last_success_at == now.at - timedelta(seconds=30)


def test_a_job_shares_its_thread(
    client: Client,
    listener: ListeningPartner,
    partner: Partner,
    phone: EnrolledPhone,
    channel: Channel,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After its time, what is left goes back into the queue: here each job has time for nothing, and then for all."""
    sent = [say(client, phone, channel) for _ in range(3)]
    monkeypatch.setattr(relaying, "RUN_SECONDS", 0.0)
    relaying.relay(channel_id=channel.pk)
    assert delivered(listener, partner) == []
    monkeypatch.undo()
    monkeypatch.setattr(webhooks, "pick", lambda: listener)
    run_pending()
    assert delivered(listener, partner) == sent


def test_a_server_that_is_switched_off_is_not_called(
    client: Client, listener: ListeningPartner, partner: Partner, phone: EnrolledPhone, channel: Channel
) -> None:
    """What is for it waits."""
    say(client, phone, channel)
    partner.server.is_active = False
    partner.server.save()
    run_pending()
    assert delivered(listener, partner) == []
    assert Callback.objects.count() == 1


def test_bodies_are_what_contract_and_partners_read(
    client: Client, listener: ListeningPartner, partner: Partner, phone: EnrolledPhone, channel: Channel
) -> None:
    """13.4: OCS checks that the ids are uuids and the sealed texts are not blank."""
    say(client, phone, channel)
    run_pending()
    [body] = [json.loads(raw) for raw in listener.bodies]
    [message] = body["messages"]
    assert UUID(body["channel_id"]) == channel.pk
    assert UUID(message["message_id"]).version == 4
    assert {name: message[name] for name in SEALED} == SEALED
