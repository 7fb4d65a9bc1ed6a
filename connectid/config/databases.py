"""The database: SQLite beside the server, or PostgreSQL behind a pool."""

import select
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dj_database_url
import psycopg

from connectid.core import replicas

if TYPE_CHECKING:
    from connectid.config.env import Environment

SQLITE_OPTIONS: dict[str, Any] = {
    # A writer takes its lock at BEGIN, so that two transactions queue instead of failing half-way.
    "transaction_mode": "IMMEDIATE",
    "timeout": 10,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
}


def databases(environment: "Environment") -> dict[str, Any]:
    """Return Django's DATABASES for ``DATABASE_URL``; without one, a SQLite file in ``DATA_DIR``."""
    if not environment.DATABASE_URL:
        return {"default": _sqlite(environment.DATA_DIR / "connectid.sqlite3")}
    parsed: dict[str, Any] = dict(dj_database_url.parse(environment.DATABASE_URL))
    if parsed["ENGINE"] == "django.db.backends.sqlite3":
        return {"default": _sqlite(parsed["NAME"])}
    pool_size = environment.DATABASE_POOL_SIZE
    return {"default": _postgresql(parsed, pool_size=pool_size)} | {
        f"{replicas.PREFIX}{number}": _replica(url, pool_size=pool_size)
        for number, url in enumerate(environment.REPLICA_URLS, start=1)
    }


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


def _sqlite(name: Path | str) -> dict[str, Any]:
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": name, "OPTIONS": dict(SQLITE_OPTIONS)}


def _replica(url: str, *, pool_size: int) -> dict[str, Any]:
    """A replica: nobody waits for one that does not answer."""
    configured = _postgresql(dict(dj_database_url.parse(url)), pool_size=pool_size)
    configured["OPTIONS"] |= {"connect_timeout": 2}
    configured["OPTIONS"]["pool"] |= {"timeout": 1, "min_size": 0}
    return configured | {"TEST": {"MIRROR": "default"}}


def _postgresql(parsed: dict[str, Any], *, pool_size: int) -> dict[str, Any]:
    options: dict[str, Any] = {
        # Prepared statements: both are needed, either alone does nothing. Hot statements cost the database a third.
        "server_side_binding": True,
        "prepare_threshold": 5,
        "pool": {"min_size": 1, "max_size": pool_size, "timeout": 5, "check": refuse_hung_up},
        "connect_timeout": 5,
    }
    return parsed | {
        "OPTIONS": options | parsed.get("OPTIONS", {}),
        "CONN_MAX_AGE": 0,  # the pool keeps connections; Django must give each one back
        "CONN_HEALTH_CHECKS": False,  # the pool's own check, above, costs no round trip
        "DISABLE_SERVER_SIDE_CURSORS": False,
    }
