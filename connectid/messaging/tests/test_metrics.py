"""What waits for partners, as Prometheus sees it: one statement more per scrape, and a bounded number of labels."""

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from pytest_django import DjangoAssertNumQueries

from connectid.core.clock import FrozenClock
from connectid.jobs.metrics import BacklogCollector
from connectid.messaging import metrics
from connectid.messaging.models import CallbackKind
from connectid.messaging.operations import callbacks
from connectid.messaging.operations.callbacks import NewCallback
from connectid.testing.partners import Partner, new_channel, new_partner
from connectid.testing.scene import EnrolledPhone

pytestmark = pytest.mark.django_db


def wait_for(partner: Partner, phone: EnrolledPhone, now: FrozenClock, *, calls: int) -> None:
    channel = new_channel(partner, phone.account.pk)
    callbacks.queue([NewCallback(channel.pk, CallbackKind.CONSENT, "{}")] * calls, at=now.at)


def scraped() -> str:
    registry = CollectorRegistry()
    registry.register(BacklogCollector())
    return generate_latest(registry).decode()


def test_number_and_age_by_server(
    partner: Partner,
    phone: EnrolledPhone,
    now: FrozenClock,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    wait_for(partner, phone, now, calls=2)
    now.advance(seconds=90)
    wait_for(partner, phone, now, calls=1)
    with django_assert_num_queries(2):
        told = scraped()
    label = partner.server.client_id
    assert f'connectid_callbacks_waiting{{server="{label}"}} 3.0' in told
    assert f'connectid_callbacks_oldest_seconds{{server="{label}"}} 90.0' in told


def test_beyond_some_servers_the_rest_is_one(
    phone: EnrolledPhone, now: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrics, "SERVERS_SHOWN", 1)
    partners = [new_partner() for _ in range(3)]
    for place, one in enumerate(partners):
        wait_for(one, phone, now, calls=3 - place)
    told = scraped()
    assert told.count("connectid_callbacks_waiting{") == 2
    assert f'connectid_callbacks_waiting{{server="{partners[0].server.client_id}"}} 3.0' in told
    assert f'connectid_callbacks_waiting{{server="{metrics.OTHERS}"}} 3.0' in told
