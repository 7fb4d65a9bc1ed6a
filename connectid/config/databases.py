"""The database: SQLite beside the server, or PostgreSQL behind a pool."""

import select
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dj_database_url
import psycopg
from psycopg import pq

from connectid.core import replicas

if TYPE_CHECKING:
    from connectid.config.env import Environment

_SILENCE: dict[str, Any] = {
    "keepalives_idle": 30,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
"""After which a server is given up that vanished without a farewell, as in a failover: 15 seconds for what we sent, in milliseconds,
and 45 for its answer. The kernel alone would wait for a quarter of an hour and more, and no limit of PostgreSQL's reaches us then."""

_GIVEN_UP_AFTER = 5.0
"""Seconds for which the pool tries to connect, at growing intervals; then it gives up, and whoever wants a connection next has it
try at once. Its own five minutes would let requests fail for as long again as the database was away."""

POSTGRESQL = "connectid.core.postgresql"
"""Django's backend with a shorter way to a connection of the pool."""

SQLITE_OPTIONS: dict[str, Any] = {
    # A writer takes its lock at BEGIN, so that two transactions queue instead of failing half-way.
    "transaction_mode": "IMMEDIATE",
    "timeout": 10,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
}


def databases(environment: "Environment") -> dict[str, Any]:
    """Return Django's DATABASES, as jobs and commands use them; without ``DATABASE_URL``, a SQLite file in ``DATA_DIR``."""
    if not environment.DATABASE_URL:
        return {"default": _sqlite(environment.DATA_DIR / "connectid.sqlite3")}
    parsed = _parsed(environment.DATABASE_DIRECT_URL or environment.DATABASE_URL)
    if parsed["ENGINE"] == "django.db.backends.sqlite3":
        return {"default": _sqlite(parsed["NAME"])}
    pool_size = environment.DATABASE_POOL_SIZE
    return {"default": _postgresql(parsed, pool_size=pool_size)} | {
        f"{replicas.PREFIX}{number}": _replica(url, pool_size=pool_size)
        for number, url in enumerate(environment.REPLICA_URLS, start=1)
    }


def databases_of_requests(environment: "Environment") -> dict[str, Any]:
    """Return what of DATABASES differs while requests are served (``connectid.core.request_connections``).

    Empty on SQLite. Behind PgBouncer no limits of time are sent: it knows no ``options`` of a connection, and a ``SET`` would
    stay behind on a connection that others use next.
    """
    made = databases(environment)
    if made["default"]["ENGINE"] != POSTGRESQL:
        return {}
    if not environment.DATABASE_DIRECT_URL:
        return {alias: _limited(named, environment) for alias, named in made.items()}
    pooled = _postgresql(_parsed(environment.DATABASE_URL), pool_size=environment.DATABASE_POOL_SIZE)
    if not environment.DATABASE_PREPARED_STATEMENTS:
        pooled["OPTIONS"]["prepare_threshold"] = None
    pooled["DISABLE_SERVER_SIDE_CURSORS"] = True  # the next fetch may come to another connection
    return {
        alias: pooled if alias == "default" else _limited(named, environment) for alias, named in made.items()
    }


def _limited(named: dict[str, Any], environment: "Environment") -> dict[str, Any]:
    """What differs from ``named``: its options, with limits of time."""
    seconds = {
        "statement_timeout": environment.DATABASE_STATEMENT_TIMEOUT,
        "lock_timeout": environment.DATABASE_LOCK_TIMEOUT,
        # A process that stalls within a transaction holds locks that others wait for.
        "idle_in_transaction_session_timeout": environment.DATABASE_STATEMENT_TIMEOUT,
    }
    options = named["OPTIONS"]
    given = options.get("options") or _of_the_environment()
    limits = " ".join(f"-c {name}={value}s" for name, value in seconds.items() if value)
    return {"OPTIONS": options | {"options": f"{given} {limits}".strip()}}


def refuse_hung_up(connection: psycopg.Connection[Any]) -> None:
    """Raise ``OperationalError`` for an idle connection on which the server hung up; the pool then makes a new one.

    Whoever holds an idle connection expects nothing on it, so anything to read is the server's farewell. One system call,
    where the pool's usual check asks the server and doubles the cost of a short request.
    """
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    if poll.poll(0):
        connection.close()  # until then the pool takes it for sound, and hands it out again and again
        raise psycopg.OperationalError("the server closed this idle connection")


def _of_the_environment() -> str:
    """What ``PGOPTIONS`` says; a parameter would replace it."""
    known = {found.keyword: found.val for found in pq.Conninfo.get_defaults()}
    return (known.get(b"options") or b"").decode()


def _parsed(url: str) -> dict[str, Any]:
    return dict(dj_database_url.parse(url))


def _sqlite(name: Path | str) -> dict[str, Any]:
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": name, "OPTIONS": dict(SQLITE_OPTIONS)}


def _replica(url: str, *, pool_size: int) -> dict[str, Any]:
    """A replica: nobody waits for one that does not answer."""
    configured = _postgresql(_parsed(url), pool_size=pool_size)
    configured["OPTIONS"] |= {"connect_timeout": 2}
    configured["OPTIONS"]["pool"] |= {
        "timeout": 1,
        "min_size": 0,
        "reconnect_timeout": replicas.LEFT_ALONE,  # given up by when it is asked again
    }
    return configured | {"TEST": {"MIRROR": "default"}}


def _postgresql(parsed: dict[str, Any], *, pool_size: int) -> dict[str, Any]:
    options: dict[str, Any] = {
        # Prepared statements: both are needed, either alone does nothing. Hot statements cost the database a third.
        "server_side_binding": True,
        "prepare_threshold": 5,
        "pool": {
            "min_size": 1,
            "max_size": pool_size,
            "timeout": 5,
            "reconnect_timeout": _GIVEN_UP_AFTER,
            "check": refuse_hung_up,
        },
        "connect_timeout": 5,
        **_SILENCE,
    }
    return parsed | {
        "ENGINE": POSTGRESQL,
        "OPTIONS": options | parsed.get("OPTIONS", {}),
        "CONN_MAX_AGE": 0,  # the pool keeps connections; Django must give each one back
        "CONN_HEALTH_CHECKS": False,  # the pool's own check, above, costs no round trip
        "DISABLE_SERVER_SIDE_CURSORS": False,
    }
