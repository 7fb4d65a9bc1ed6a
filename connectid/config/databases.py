"""The database: SQLite beside the server, or PostgreSQL behind a pool."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import dj_database_url

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
    return {"default": _postgresql(parsed, pool_size=environment.DATABASE_POOL_SIZE)}


def _sqlite(name: Path | str) -> dict[str, Any]:
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": name, "OPTIONS": dict(SQLITE_OPTIONS)}


def _postgresql(parsed: dict[str, Any], *, pool_size: int) -> dict[str, Any]:
    options: dict[str, Any] = {
        # Prepared statements: both are needed, either alone does nothing. Hot statements cost the database a third.
        "server_side_binding": True,
        "prepare_threshold": 5,
        "pool": {"min_size": 1, "max_size": pool_size, "timeout": 5},
        "connect_timeout": 5,
    }
    return parsed | {
        "OPTIONS": options | parsed.get("OPTIONS", {}),
        "CONN_MAX_AGE": 0,  # the pool keeps connections; Django must give each one back
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": False,
    }
