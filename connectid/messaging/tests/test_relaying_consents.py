"""Telling partners what people decided (contract 13.4): a consent that another one overtook is not told."""

import pytest
from django.test import Client

from connectid.core.clock import FrozenClock
from connectid.jobs.draining import run_pending
from connectid.messaging.models import Callback, Channel
from connectid.messaging.operations import outcomes
from connectid.messaging.tests.relaying import decide
from connectid.providers.errors import Rejected, Unavailable
from connectid.testing.partners import ListeningPartner, Partner
from connectid.testing.scene import EnrolledPhone

pytestmark = pytest.mark.django_db


def test_a_consent_that_was_overtaken_is_not_told(
    client: Client,
    listener: ListeningPartner,
    partner: Partner,
    phone: EnrolledPhone,
    channel: Channel,
    now: FrozenClock,
) -> None:
    """It was refused, the person changed their mind, the partner knows: a late retry would undo that."""
    listener.failures[partner.server.consent_url] = [Rejected("answered 400")]
    decide(client, phone, channel, False)
    run_pending()
    decide(client, phone, channel, True)
    run_pending()
    now.advance(seconds=10)
    run_pending()
    assert [told["consent"] for told in listener.told(partner.server.consent_url)] == [True]
    assert not Callback.objects.exists()


def test_a_consent_that_was_overtaken_is_not_replayed(
    client: Client,
    listener: ListeningPartner,
    partner: Partner,
    phone: EnrolledPhone,
    channel: Channel,
    now: FrozenClock,
) -> None:
    """The same for one that was given up."""
    listener.failures[partner.server.consent_url] = [Unavailable("down")]
    decide(client, phone, channel, False)
    run_pending()
    Callback.objects.update(given_up_at=now.at)
    decide(client, phone, channel, True)
    run_pending()
    assert outcomes.replay(Callback.objects.all(), at=now.at) == 0
    assert not Callback.objects.exists()
    assert [told["consent"] for told in listener.told(partner.server.consent_url)] == [True]


def test_consents_that_wait_arrive_in_order(
    client: Client,
    listener: ListeningPartner,
    partner: Partner,
    phone: EnrolledPhone,
    channel: Channel,
    now: FrozenClock,
) -> None:
    """During an outage nothing is left out."""
    listener.failures[partner.server.consent_url] = [Unavailable("down")]
    for consent in (False, True, False):
        decide(client, phone, channel, consent)
    run_pending()
    now.advance(seconds=10)
    run_pending()
    assert [told["consent"] for told in listener.told(partner.server.consent_url)] == [False, True, False]
