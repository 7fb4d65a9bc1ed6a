"""One partner's trouble stays its own: two partners on real sockets, and workers on real threads."""

import threading
from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import Settings

from connectid.cli.server import JOB_THREADS
from connectid.jobs.tests.waiting import until, working
from connectid.messaging.models import Callback, MessageServer
from connectid.messaging.operations import servers
from connectid.messaging.operations.servers import NewMessageServer
from connectid.testing.fake_http import Answer, FakeHttpServer
from connectid.testing.partners import SEALED, Partner, new_channel
from connectid.testing.scene import EnrolledPhone, new_phone

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

CHANNELS = 12


@pytest.fixture
def release() -> Iterator[threading.Event]:
    """What the black hole waits for before it answers; it is let go at the end in any case."""
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def black_hole(release: threading.Event) -> Iterator[FakeHttpServer]:
    """Takes every call and does not answer."""

    def swallow(_: object) -> Answer:
        release.wait()
        return Answer(200)

    with FakeHttpServer(swallow) as server:
        yield server


@pytest.fixture
def healthy() -> Iterator[FakeHttpServer]:
    with FakeHttpServer() as server:
        yield server


def partner_at(server: FakeHttpServer) -> Partner:
    made: NewMessageServer = servers.create_message_server(
        name="Partner",
        key_url=f"{server.url}/key",
        callback_url=f"{server.url}/callback",
        delivery_url=f"{server.url}/delivery",
        consent_url=f"{server.url}/consent",
    )
    return Partner(MessageServer.objects.get(client_id=made.client_id), made.client_secret)


def say(client: Client, phone: EnrolledPhone, partner: Partner) -> None:
    channel = new_channel(partner, phone.account.pk)
    body = {"channel": str(channel.pk), "content": SEALED, "message_id": str(uuid4())}
    answer = client.post(
        "/messaging/send_message/", body, content_type="application/json", headers=phone.headers
    )
    assert answer.status_code == 201


def test_a_black_hole_does_not_delay_another_partner(
    client: Client,
    black_hole: FakeHttpServer,
    healthy: FakeHttpServer,
    release: threading.Event,
) -> None:
    """It has two of the four threads of a server and keeps them; all that is for the other arrives meanwhile, and its own afterwards."""
    phone, dead, alive = new_phone(), partner_at(black_hole), partner_at(healthy)
    for _ in range(CHANNELS):
        say(client, phone, dead)
    for _ in range(CHANNELS):
        say(client, phone, alive)
    with working(threads=JOB_THREADS):
        until(lambda: len(healthy.requests) == CHANNELS)
        assert len(black_hole.requests) <= 2
        assert not release.is_set()
        release.set()
        until(lambda: not Callback.objects.exists())
    assert len({request.headers["webhook-id"] for request in black_hole.requests}) == CHANNELS


def test_one_channel_is_in_order_however_many_workers(
    client: Client, settings: Settings, healthy: FakeHttpServer
) -> None:
    """Three workers at once on one channel: every message once, in the order in which the phone sent them."""
    settings.PARTNER_CALLS_AT_ONCE = 8
    phone, partner = new_phone(), partner_at(healthy)
    channel = new_channel(partner, phone.account.pk)
    sent = [str(uuid4()) for _ in range(30)]
    with working(3, threads=2):
        for message_id in sent:
            body = {"channel": str(channel.pk), "content": SEALED, "message_id": message_id}
            path = "/messaging/send_message/"
            client.post(path, body, content_type="application/json", headers=phone.headers)
        until(lambda: len(healthy.requests) >= len(sent) and not Callback.objects.exists())
    arrived = [request.json()["messages"][0]["message_id"] for request in healthy.requests]
    assert arrived == sent
