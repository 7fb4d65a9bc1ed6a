"""The database as the environment describes it."""

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from psycopg_pool import ConnectionPool, PoolTimeout

from connectid.config.databases import databases, refuse_hung_up
from connectid.config.env import Environment
from connectid.testing.places import another_connection, place
from connectid.testing.ports import free_port


def test_sqlite_beside_the_server_by_default(tmp_path: Path) -> None:
    found = databases(Environment(DATA_DIR=tmp_path))["default"]
    assert found["ENGINE"] == "django.db.backends.sqlite3"
    assert found["NAME"] == tmp_path / "connectid.sqlite3"
    assert found["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_postgresql_has_a_pool_and_prepared_statements() -> None:
    environment = Environment(DATABASE_URL="postgres://u:p@host/name?sslmode=require", DATABASE_POOL_SIZE=3)
    found = databases(environment)["default"]
    assert found["ENGINE"] == "connectid.core.postgresql"
    assert found["CONN_MAX_AGE"] == 0
    options = found["OPTIONS"]
    assert options["sslmode"] == "require"
    assert (options["server_side_binding"], options["prepare_threshold"]) == (True, 5)
    assert options["pool"]["max_size"] == 3


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="Linux only")
@pytest.mark.postgresql
@pytest.mark.django_db
def test_a_server_that_vanished_is_given_up_in_time() -> None:
    """A limit of a statement's time is kept by the server, so it ends no wait for a server that is gone."""
    connection.ensure_connection()
    with socket.socket(fileno=os.dup(connection.connection.fileno())) as wire:
        if wire.family == socket.AF_UNIX:
            pytest.skip("the tests' database is on a socket of this machine")
        assert wire.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        limits = (socket.TCP_USER_TIMEOUT, socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
        found = [wire.getsockopt(socket.IPPROTO_TCP, limit) for limit in limits]
    assert found == [15_000, 30, 5, 3]


@pytest.fixture
def idle() -> Iterator[psycopg.Connection]:
    with another_connection() as opened:
        yield opened


@pytest.mark.postgresql
@pytest.mark.django_db
def test_a_connection_that_the_server_closed_is_refused(idle: psycopg.Connection) -> None:
    assert settings.DATABASES["default"]["OPTIONS"]["pool"]["check"] is refuse_hung_up
    refuse_hung_up(idle)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [idle.info.backend_pid])
        cursor.execute("SELECT pg_sleep(0.2)")
    with pytest.raises(psycopg.OperationalError):
        refuse_hung_up(idle)


def test_no_pool_goes_on_failing_long_after_its_database_is_back() -> None:
    """It tries at intervals that double, and nobody is served meanwhile; once it gave up, the next request has it try."""
    environment = Environment(DATABASE_URL="postgres://host/name", REPLICA_URLS=("postgres://replica/name",))
    made = databases(environment)
    longest = {alias: named["OPTIONS"]["pool"]["reconnect_timeout"] for alias, named in made.items()}
    assert longest == {"default": 5.0, "replica_1": 2.0}


@pytest.mark.postgresql
@pytest.mark.django_db
def test_who_comes_after_the_pool_gave_up_has_it_try_at_once() -> None:
    gave_up = threading.Event()
    away = {"host": "127.0.0.1", "port": free_port()}
    with ConnectionPool(
        kwargs={**place(), **away},
        min_size=0,
        max_size=1,
        reconnect_timeout=0.2,
        reconnect_failed=lambda pool: gave_up.set(),
        open=False,
    ) as pool:
        with pytest.raises(PoolTimeout):
            pool.getconn(timeout=0.05)
        assert gave_up.wait(30)
        assert isinstance(pool.kwargs, dict)
        for name in away:
            del pool.kwargs[name]
        pool.kwargs |= place()
        with pool.connection(timeout=30) as opened:
            assert not opened.closed
