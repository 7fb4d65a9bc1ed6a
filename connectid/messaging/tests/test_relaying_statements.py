"""What bringing partners what is for them costs the database."""

from typing import Any

import pytest
from django.test import Client

from connectid.core import clock
from connectid.jobs.draining import run_pending
from connectid.messaging.models import Channel, MessageServer
from connectid.messaging.operations import relaying
from connectid.messaging.tests.relaying import say
from connectid.testing.partners import ListeningPartner, Partner, new_channel
from connectid.testing.scene import EnrolledPhone

pytestmark = pytest.mark.django_db


def test_statements_do_not_grow_with_what_waits(
    client: Client,
    listener: ListeningPartner,
    partner: Partner,
    phone: EnrolledPhone,
    statement_budget: Any,
) -> None:
    """A sweep is three statements, however many channels wait."""

    def grow(count: int) -> None:
        for _ in range(count):
            say(client, phone, new_channel(partner, phone.account.pk))

    statement_budget(3, cap=20, grow=grow, act=lambda: relaying.sweep(at=clock.now()))
    assert run_pending().failed == 0
    assert len(listener.calls) == 20


@pytest.mark.parametrize("calls", [1, 2, 20])
def test_statements_of_a_channels_calls(
    client: Client,
    listener: ListeningPartner,
    partner: Partner,
    phone: EnrolledPhone,
    channel: Channel,
    statement_budget: Any,
    calls: int,
) -> None:
    """Nine for the first call of a job and three for each further one, however many wait elsewhere."""
    for _ in range(calls):
        say(client, phone, channel)
        say(client, phone, new_channel(partner, phone.account.pk))
    MessageServer.objects.update(last_success_at=clock.now())
    with statement_budget.at_most(9 + 3 * (calls - 1)):
        relaying.relay(channel_id=channel.pk)
    assert len(listener.calls) == calls


def test_statements_after_an_outage(
    client: Client, partner: Partner, phone: EnrolledPhone, statement_budget: Any
) -> None:
    """Due again, look, wake, look again: for up to a thousand channels."""

    def grow(count: int) -> None:
        for _ in range(count):
            say(client, phone, new_channel(partner, phone.account.pk))

    act = lambda: relaying.wake_partner(server_id=partner.server.pk, at=clock.now())  # noqa: E731
    statement_budget(4, cap=20, grow=grow, act=act)
