"""Connections of the pool: which one is lent next, and what is left to the pool itself."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection
from psycopg.pq import TransactionStatus
from psycopg_pool import ConnectionPool

from connectid.core.postgresql import lending
from connectid.testing.places import another_connection, place

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

SIZE = 3


@pytest.fixture
def pool() -> Iterator["ConnectionPool[Any]"]:
    with ConnectionPool(
        kwargs=place() | {"autocommit": True}, min_size=SIZE, max_size=SIZE, open=False
    ) as pool:
        pool.wait()
        yield pool


def lent(pool: "ConnectionPool[Any]") -> "psycopg.Connection[Any]":
    found = lending.lend(pool)
    assert found is not None
    return found


def soon(is_so: Callable[[], bool]) -> bool:
    """The pool mends itself by threads of its own."""
    for _ in range(200):
        if is_so():
            return True
        time.sleep(0.02)
    return False


def test_the_connection_that_came_back_last_is_lent_first(pool: "ConnectionPool[Any]") -> None:
    one, other, third = lent(pool), lent(pool), lent(pool)
    for connected in (one, third, other):
        lending.take_back(pool, connected)
    for _ in range(3):
        found = lent(pool)
        assert found is other
        lending.take_back(pool, found)
    assert [lent(pool) for _ in range(3)] == [other, third, one]


def test_the_pool_gives_up_the_one_that_was_idle_longest(pool: "ConnectionPool[Any]") -> None:
    """As it shrinks."""
    one, other, third = lent(pool), lent(pool), lent(pool)
    for connected in (one, other, third):
        lending.take_back(pool, connected)
    assert pool.getconn() is one


def test_an_empty_pool_lends_nothing(pool: "ConnectionPool[Any]") -> None:
    taken = [lent(pool) for _ in range(SIZE)]
    assert lending.lend(pool) is None
    for connected in taken:
        lending.take_back(pool, connected)
    assert lending.lend(pool) is taken[-1]


def test_who_waits_is_served(pool: "ConnectionPool[Any]") -> None:
    taken = [lent(pool) for _ in range(SIZE)]
    served: list[Any] = []
    waiting = threading.Thread(target=lambda: served.append(pool.getconn(timeout=10)))
    waiting.start()
    assert soon(lambda: len(pool._waiting) == 1)
    lending.take_back(pool, taken[0])
    waiting.join()
    assert served == [taken[0]]


def test_those_on_which_the_server_hung_up_are_replaced(pool: "ConnectionPool[Any]") -> None:
    sound, *dead = lent(pool), lent(pool), lent(pool)
    pids = [one.info.backend_pid for one in dead]
    for connected in (sound, *dead):
        lending.take_back(pool, connected)
    with another_connection() as killer:
        killer.execute("SELECT pg_terminate_backend(pid) FROM unnest(%s) AS pid", [pids])
    for one in dead:
        lending.readable(one).poll(5000)
    assert lending.lend(pool) is sound
    assert all(one.closed for one in dead)
    lending.take_back(pool, sound)
    assert soon(lambda: len(pool._pool) == SIZE)
    assert all(not one.closed for one in pool._pool)


def test_one_that_broke_meanwhile_is_replaced(pool: "ConnectionPool[Any]") -> None:
    broken = lent(pool)
    broken.close()
    lending.take_back(pool, broken)
    assert soon(lambda: len(pool._pool) == SIZE)
    assert broken not in pool._pool


def test_one_within_a_transaction_is_rolled_back(pool: "ConnectionPool[Any]") -> None:
    busy = lent(pool)
    busy.execute("BEGIN")
    lending.take_back(pool, busy)
    assert lent(pool) is busy
    assert busy.info.transaction_status == TransactionStatus.IDLE


def test_an_old_one_is_replaced(pool: "ConnectionPool[Any]") -> None:
    old = lent(pool)
    old._expire_at = 0.0
    lending.take_back(pool, old)
    assert soon(lambda: len(pool._pool) == SIZE)
    assert old.closed


def test_one_of_before_the_pool_was_drained_is_replaced(pool: "ConnectionPool[Any]") -> None:
    """As after a failover."""
    old = lent(pool)
    pool.drain()
    lending.take_back(pool, old)
    assert soon(lambda: len(pool._pool) == SIZE)
    assert old.closed


def test_a_closed_pool_takes_none_back(pool: "ConnectionPool[Any]") -> None:
    one = lent(pool)
    pool.close()
    lending.take_back(pool, one)
    assert one.closed
    assert lending.lend(pool) is None


def test_django_begins_anew_with_each() -> None:
    """Whatever was left behind on the connection before."""
    connection.close()
    connection.ensure_connection()
    connection.needs_rollback, connection.errors_occurred = True, True
    connection.savepoint_ids = ["s1"]
    connection.on_commit(lambda: None)
    connection.close()
    connection.ensure_connection()
    assert not connection.needs_rollback
    assert not connection.errors_occurred
    assert not connection.in_atomic_block
    assert connection.savepoint_ids == []
    assert connection.run_on_commit == []
    assert connection.get_autocommit()


def test_a_connection_out_of_autocommit_does_not_come_back_so() -> None:
    connection.ensure_connection()
    connection.set_autocommit(False)
    connection.close()
    connection.ensure_connection()
    assert connection.connection.autocommit
    assert connection.get_autocommit()
