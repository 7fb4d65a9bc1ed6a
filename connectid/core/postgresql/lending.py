"""Lending an idle connection of a pool of psycopg's, and taking it back, by what that takes and nothing else.

psycopg's ``getconn`` and ``putconn`` tell the log six times what they do and prepare for what is rare: an empty pool, a client that
waits, a connection that broke or grew old. All of that is left to them: these two do the common case, or say that it is none.
What they touch of the pool is its own business (``_pool``, ``_waiting``, ``_lock``); ``test_lending.py`` fails where a release changes it.
"""

import select
from time import monotonic
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from psycopg_pool import ConnectionPool

type Pool = ConnectionPool[Any]
type Connection = psycopg.Connection[Any]

_READABLE = "_connectid_readable"
"""Attribute of a connection: what tells whether there is something to read on it."""


def lend(pool: Pool) -> Connection | None:
    """Return the idle connection that came back last, if one is sound; None: then ``getconn`` has to see to it.

    A database process that has just worked finds its plans and pages in the processor's caches; of ten that take turns, each finds
    those of the others. The pool's own way takes the one that has waited longest, and so does its shrinking.
    """
    while (connection := _idle(pool)) is not None:
        if not readable(connection).poll(0):
            return connection
        connection.close()  # nothing is expected on it, so this was the server's farewell
        pool._putconn(connection, from_getconn=True)
    return None


def _idle(pool: Pool) -> Connection | None:
    with pool._lock:
        if not pool._pool or pool._closed:
            return None
        connection: Connection = pool._pool.pop()
        pool._nconns_min = min(pool._nconns_min, len(pool._pool))
    connection._pool = pool
    return connection


def take_back(pool: Pool, connection: Connection) -> None:
    """Put a connection back into its pool, or leave it to ``putconn`` if there is more to it."""
    if (
        connection.pgconn.transaction_status == TransactionStatus.IDLE
        and connection._created_at > pool._drained_at
        and connection._expire_at > monotonic()
    ):
        with pool._lock:
            if not pool._waiting and not pool._closed:
                connection._pool = None
                pool._pool.append(connection)
                return
    pool.putconn(connection)


def readable(connection: Connection) -> "select.poll":
    """Return what waits for something to read on the connection; made once for each."""
    known: select.poll | None = connection.__dict__.get(_READABLE)
    if known is None:
        known = connection.__dict__[_READABLE] = select.poll()
        known.register(connection.fileno(), select.POLLIN)
    return known
