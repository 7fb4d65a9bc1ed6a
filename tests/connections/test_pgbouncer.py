"""Behind PgBouncer, which lends a connection for one transaction only (docs/howto/run-behind-pgbouncer.md)."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import requests
from django.db import connection

from connectid.jobs.models import Job
from connectid.messaging.models import Message
from connectid.testing import partners
from connectid.testing.scene import EnrolledPhone, new_phone
from tests.connections.pgbouncer import CONNECTIONS, Bouncer, bouncing
from tests.connections.serving import CONNECTID, Server, running, serving

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgresql,
    pytest.mark.pgbouncer,
    pytest.mark.timeout(180),
]

AT_ONCE = 16
ROUNDS = 10
"""Each connection prepares a statement at its sixth use; by then it has been through several connections of PgBouncer's."""


def poll(server: Server, phone: EnrolledPhone) -> requests.Response:
    return server.get("/messaging/retrieve_notifications/", phone.headers)


def key(server: Server, phone: EnrolledPhone) -> requests.Response:
    return server.get("/users/fetch_db_key", phone.headers)


def rename(server: Server, phone: EnrolledPhone) -> requests.Response:
    return server.post("/users/update_profile", {"name": f"Chisomo {uuid4().hex[:5]}"}, phone.headers)


def send(server: Server, partner: partners.Partner, channel: Any) -> requests.Response:
    body = {"channel": str(channel.pk), "content": partners.SEALED, "message_id": str(uuid4())}
    return server.post("/messaging/send_fcm/", body, partner.headers)


def prepared(bouncer: Bouncer) -> int:
    """Statements that one of PgBouncer's connections knows."""
    with psycopg.connect(bouncer.url, autocommit=True, prepare_threshold=None) as asking:
        row = asking.execute("SELECT count(*) FROM pg_prepared_statements").fetchone()
    assert row is not None
    return int(row[0])


def test_many_clients_share_few_connections() -> None:
    """Two processes, sixteen requests at once, two connections: every answer is its caller's, every write is whole."""
    phones = [new_phone() for _ in range(AT_ONCE)]
    partner = partners.new_partner()
    channels = [partners.new_channel(partner, phone.account.pk) for phone in phones]
    with bouncing() as bouncer, serving(**bouncer.settings()) as server:

        def live(number: int) -> list[int]:
            phone, channel = phones[number], channels[number]
            asked: list[Callable[[], requests.Response]] = [
                lambda: send(server, partner, channel),
                lambda: poll(server, phone),
                lambda: key(server, phone),
                lambda: rename(server, phone),
            ]
            answers = [ask() for _ in range(ROUNDS) for ask in asked]
            shown = {one["channel"] for one in poll(server, phone).json()["notifications"]}
            assert shown == {str(channel.pk)}, "somebody else's notifications"
            return [answer.status_code for answer in answers]

        with ThreadPoolExecutor(AT_ONCE) as everybody:
            statuses = [status for found in everybody.map(live, range(AT_ONCE)) for status in found]
        clients, servers = bouncer.most_connections()
        assert {status for status in statuses if status not in (200, 201)} == set()
        assert servers <= CONNECTIONS < clients
        if bouncer.prepares:
            assert prepared(bouncer) > 0
        else:
            assert prepared(bouncer) == 0
    assert Message.objects.count() == AT_ONCE * ROUNDS


def test_a_worker_hears_of_jobs_by_its_direct_connection() -> None:
    """What a request enqueues through PgBouncer is claimed by a worker that listens at PostgreSQL itself."""
    phone, partner = new_phone(), partners.new_partner()
    channel = partners.new_channel(partner, phone.account.pk)
    with (
        bouncing() as bouncer,
        serving(**bouncer.settings()) as server,
        running([CONNECTID, "worker", "--threads", "2"], server.environment),
    ):
        wait_until(listeners)
        assert send(server, partner, channel).status_code == 200
        wait_until(lambda: Message.objects.get().status is not None and not Job.objects.exists())
        assert listeners() == 1


def test_migrations_take_the_direct_connection() -> None:
    """Their lock is one of a session: behind PgBouncer it would stay on a connection that others use."""
    with bouncing() as bouncer, serving(**bouncer.settings()) as server:
        for _ in range(2):
            with running([CONNECTID, "migrate"], server.environment) as migrating:
                assert migrating.wait(60) == 0
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
                " WHERE l.locktype = 'advisory' AND d.datname = current_database()"
            )
            assert cursor.fetchone() == (0,)


def listeners() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN %'"
        )
        return int(cursor.fetchone()[0])


def wait_until(holds: Callable[[], Any]) -> None:
    until = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)
