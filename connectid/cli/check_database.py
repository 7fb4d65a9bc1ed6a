"""What ``connectid doctor`` looks at in the database."""

from collections.abc import Iterator

from connectid.cli.finding import Finding

OLDEST_POSTGRESQL = 15
"""What Django 6.1 needs."""


def reached() -> Iterator[Finding]:
    """Whether it answers, and is new enough."""
    from django.db import connection

    connection.ensure_connection()
    version = ".".join(map(str, connection.get_database_version()))
    if connection.vendor == "postgresql" and connection.get_database_version()[0] < OLDEST_POSTGRESQL:
        yield Finding("database", "failed", f"PostgreSQL {version}; {OLDEST_POSTGRESQL} or newer is needed")
    else:
        yield Finding("database", "ok", f"{connection.display_name} {version}")


def migrations() -> Iterator[Finding]:
    """Whether it has the tables of this version."""
    from connectid.cli.migrate import unapplied

    missing = unapplied()
    if missing:
        yield Finding("migrations", "failed", f"run `connectid migrate`: {', '.join(missing)}")
    else:
        yield Finding("migrations", "ok", "all applied")


def limits_of_time() -> Iterator[Finding]:
    """Whether requests' statements and waits for locks end by themselves, asked as requests ask (decision 0035)."""
    import psycopg
    from django.db import connection

    from connectid.core import request_connections

    if connection.vendor != "postgresql":
        return
    with psycopg.connect(**request_connections.parameters(), autocommit=True) as asking:
        found = {
            name: asking.execute(f"SHOW {name}".encode()).fetchone()
            for name in ("statement_timeout", "lock_timeout")
        }
    shown = {name: row[0] if row else "0" for name, row in found.items()}
    endless = [name for name, value in shown.items() if value == "0"]
    if endless:
        yield Finding("limits of time", "warning", f"requests have no {' and no '.join(endless)}")
    else:
        yield Finding("limits of time", "ok", ", ".join(f"{name} {value}" for name, value in shown.items()))
