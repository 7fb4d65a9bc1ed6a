"""The ``migrate`` command."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

_LOCK = 0x_C0_11EC_71D
"""Names the advisory lock; any number that nothing else in the database uses."""


@click.command()
@click.option("--check", is_flag=True, help="Change nothing; exit with 1 where something is to be applied.")
def migrate(check: bool) -> None:
    """Bring the database up to this version. Safe to run beside running servers and from several machines at once."""
    if not check:
        apply(verbosity=1)
    elif missing := unapplied():
        raise click.ClickException("not applied: " + ", ".join(missing))


def unapplied() -> list[str]:
    """Return the migrations that the database lacks, as ``app.name``."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def apply(*, verbosity: int) -> None:
    """Apply what is missing, one machine at a time."""
    from django.core.management import call_command

    from connectid.staff import roles

    with _alone():
        call_command("migrate", interactive=False, verbosity=verbosity)
        roles.write()  # a new version may have new pages


@contextmanager
def _alone() -> Iterator[None]:
    """Let other machines wait until this one is done; SQLite has its own lock.

    A statement that cannot lock its table soon gives up rather than queue up everybody behind it; run it again then.
    """
    from django.db import connection

    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        cursor.execute("SET lock_timeout = '5s'")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
