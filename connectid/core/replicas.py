"""Reading from replicas without missing what was just written (docs/decisions/0026-replicas-by-position.md).

A read goes to the primary unless its caller hands it to :func:`read`, naming the account that it is about. Whoever writes what such
a read shows calls :func:`wrote`: after the commit the primary's position in its log is remembered for the account in the shared cache
(a pin). A replica serves a read of the account only when it is known to have replayed that position. What is not known is
read from the primary: no pin can be read, the cache was emptied, the replica is paused, behind or gone.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta

import psycopg
import psycopg.conninfo
import structlog
from django.conf import settings
from django.db import (
    Error,
    InterfaceError,
    OperationalError,
    ProgrammingError,
    connection,
    connections,
    transaction,
)
from django.db.backends.base.base import BaseDatabaseWrapper
from prometheus_client import Counter

from connectid.core import primary, shared_cache

log = structlog.get_logger(__name__)

READS = Counter(
    "connectid_replicable_reads", "Reads that a replica may serve, by who served them.", ["served_by"]
)

PREFIX = "replica_"
"""Of the names under which replicas are in DATABASES."""

PIN_KEPT = timedelta(minutes=10)
"""A replica further behind than half of it is not asked at all, so a pin that is forgotten is one that nobody needs."""

MOST_BEHIND = 60.0
"""Seconds by which a replica may be behind and still serve accounts that wrote nothing lately."""

ASKED_EVERY = 0.05
"""Seconds between two questions for a replica's position. What was written so long ago is read from the replica again."""

LEFT_ALONE = 2.0
"""Seconds for which a replica that failed a read is not asked again. Each read that asks it may wait a second for a connection,
and that a connection made long ago still answers the thread does not say that a new one can be had."""

BEGIN = "replicas:begin"
"""The key of the position from which on pins are known. It is gone when the cache was emptied."""

_BEGIN_KEPT = timedelta(days=365)
_POSITION = "SELECT pg_wal_lsn_diff({function}(), '0/0')::bigint"
_PRIMARY = _POSITION.format(function="pg_current_wal_insert_lsn")
_REPLAYED = _POSITION.format(function="pg_last_wal_replay_lsn")


_PASSED_OVER = (OperationalError, InterfaceError, ProgrammingError)
"""What has a read run again on the primary. A replica that has not replayed a migration yet does not know a new column."""


class Router:
    """For Django: replicas are neither migrated nor written to; reads go to them through :func:`read` only."""

    def db_for_read(self, model: object, **hints: object) -> str | None:
        """The primary."""
        return None

    def db_for_write(self, model: object, **hints: object) -> str | None:
        """The primary."""
        return None

    def allow_relation(self, one: object, other: object, **hints: object) -> bool | None:
        """All rows are of one database, whichever copy of it they came from."""
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: object) -> bool | None:
        """The primary only."""
        return False if db.startswith(PREFIX) else None


def aliases() -> list[str]:
    """The names of the replicas."""
    return [alias for alias in settings.DATABASES if alias.startswith(PREFIX)]


def read[Found](query: Callable[[BaseDatabaseWrapper], Found], *, account_id: int) -> Found:
    """Run ``query`` on a replica that has all that was written for the account, or on the primary.

    Inside a transaction it is the primary, and where a replica fails the query is run again on it.
    """
    writable = primary.connection()
    if _WATCH is None and len(connections.settings) == 1:
        return query(writable)
    alias = None if writable.in_atomic_block else _watch().choose(account_id)
    if alias is not None:
        try:
            found = query(connections[alias])
        except _PASSED_OVER as error:
            _watch().gone(alias)
            log.warning("replica_failed", exception=type(error).__name__)
        else:
            READS.labels("replica").inc()
            return found
    READS.labels("primary").inc()
    return query(writable)


def wrote(account_ids: Collection[int]) -> None:
    """Have reads about these accounts see what the transaction wrote. Call it inside that transaction.

    One statement after the commit and one round trip to the cache, whatever the number of accounts; nothing without replicas.
    """
    if account_ids and aliases():
        transaction.on_commit(lambda: _watch().pin(account_ids))


@dataclass(slots=True)
class _Replica:
    """What is known of a replica."""

    alias: str
    replayed: int = 0
    """Its position when it was last asked; it only ever moves on."""
    is_there: bool = False
    left_alone_until: float = 0.0

    def heard(self, position: int) -> None:
        """Note an answer to the thread."""
        self.replayed = max(self.replayed, position)
        self.is_there = True

    def serves(self, needed: int) -> bool:
        """Whether it may be asked for what was written until a position."""
        return self.is_there and self.replayed >= needed and time.monotonic() >= self.left_alone_until


class Watch:
    """Asks replicas for their positions, on a thread of its own, and judges by the answers."""

    def __init__(self, names: Collection[str]) -> None:
        self._replicas = [_Replica(alias) for alias in names]
        self._primary: deque[tuple[float, int]] = deque()
        """When the primary was where; the oldest is from :data:`MOST_BEHIND` ago."""
        self._lost = self._covered = 0
        """Pins that could not be written, and how many of them a beginning came after."""
        self._counting = threading.Lock()
        self._turn = 0
        self._started = threading.Lock()
        self._threads: list[threading.Thread] = []

    def choose(self, account_id: int) -> str | None:
        """Return a replica that may serve the account; None: the primary."""
        self._start()
        if self._lost != self._covered or not any(replica.is_there for replica in self._replicas):
            return None
        begin, pin = shared_cache.numbers(BEGIN, _key(account_id))
        if begin is None or not self._primary:
            return None
        needed = max(begin, pin or 0, self._primary[0][1])
        fit = [replica for replica in self._replicas if replica.serves(needed)]
        if not fit:
            return None
        self._turn += 1
        return fit[self._turn % len(fit)].alias

    def pin(self, account_ids: Collection[int]) -> None:
        """Remember that the accounts need all that the primary has now.

        What was written is committed: where its position cannot be had or kept, the pin is lost, and nobody fails for it.
        """
        self._start()
        try:
            position = _ask(connection)
        except Error as error:  # the connection broke after the commit
            log.warning("replica_pin_lost", exception=type(error).__name__)
            is_kept = False
        else:
            is_kept = shared_cache.raise_all({_key(pk): position for pk in account_ids}, keep=PIN_KEPT)
        if not is_kept:
            with self._counting:
                self._lost += 1

    def gone(self, alias: str) -> None:
        """Leave the replica alone for a while, and then until it answers the thread again."""
        for replica in self._replicas:
            if replica.alias == alias:
                replica.is_there = False
                replica.left_alone_until = time.monotonic() + LEFT_ALONE

    def _start(self) -> None:
        if self._threads:
            return
        with self._started:
            if not self._threads:
                watched = [
                    threading.Thread(target=self._follow_primary, daemon=True, name="primary"),
                    *(
                        threading.Thread(
                            target=self._follow, args=(replica,), daemon=True, name=replica.alias
                        )
                        for replica in self._replicas
                    ),
                ]
                for thread in watched:
                    thread.start()
                self._threads = watched

    def _follow(self, replica: _Replica) -> None:
        """Keep asking a replica where it is."""
        while True:
            try:
                with _own_connection(replica.alias) as asked:
                    while True:
                        row = asked.execute(_REPLAYED).fetchone()
                        replica.heard((row and row[0]) or 0)
                        time.sleep(ASKED_EVERY)
            except psycopg.Error:
                replica.is_there = False
                time.sleep(1)

    def _follow_primary(self) -> None:
        """Keep asking the primary where it is, and let pins begin anew where the cache was emptied or could not take some."""
        while True:
            try:
                with _own_connection("default") as asked:
                    while True:
                        self._sample(asked)
                        time.sleep(1 if self._lost == self._covered else ASKED_EVERY)
            except psycopg.Error:
                time.sleep(1)

    def _sample(self, asked: psycopg.Connection) -> None:
        lost = self._lost
        is_missing = shared_cache.numbers(BEGIN) == [None]
        row = asked.execute(_PRIMARY).fetchone()  # after the look: what was pinned before it is covered
        assert row is not None
        now = time.monotonic()
        while len(self._primary) > 1 and self._primary[1][0] <= now - MOST_BEHIND:
            self._primary.popleft()
        if (is_missing or lost != self._covered) and shared_cache.raise_all(
            {BEGIN: row[0]}, keep=_BEGIN_KEPT
        ):
            self._covered = lost
        self._primary.append((now, row[0]))


_WATCH: Watch | None = None
_making = threading.Lock()


def _watch() -> Watch:
    global _WATCH
    if _WATCH is None:
        with _making:
            if _WATCH is None:
                _WATCH = Watch(aliases())
    return _WATCH


def _key(account_id: int) -> str:
    return f"replicas:{account_id}"


def _ask(asked: BaseDatabaseWrapper) -> int:
    with asked.cursor() as cursor:
        cursor.execute(_PRIMARY)
        return int(cursor.fetchone()[0])


def _own_connection(alias: str) -> psycopg.Connection:
    """A connection outside the pool, which answers within two seconds or fails."""
    named = settings.DATABASES[alias]
    keys = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    place = {name: str(named[key]) for name, key in keys.items() if named[key]}
    # Whatever else the address says (TLS, for one) is among the options, beside what only the pool understands.
    ours = {"server_side_binding", "prepare_threshold", "pool"}
    further = {name: value for name, value in named["OPTIONS"].items() if name not in ours}
    limits = {"connect_timeout": 2, "options": "-c statement_timeout=2000", "tcp_user_timeout": 2000}
    return psycopg.connect(psycopg.conninfo.make_conninfo(**{**further, **place, **limits}), autocommit=True)
