"""Emptying the database after a test that commits.

Django truncates every table and then makes all content types and permissions anew: most of a second on PostgreSQL, after tests that
take a few milliseconds. Here rows are deleted, and what migrations alone write stays.
"""

from functools import cache

from django.db import connections, transaction
from django.test import TransactionTestCase

KEPT = frozenset({"django_content_type", "auth_permission"})
"""As migrations left them. A test that changes them puts them back."""


def pytest_configure() -> None:
    """Have every test that commits end so."""
    TransactionTestCase._fixture_teardown = _empty_all  # type: ignore[attr-defined]  # private, and not in django-stubs


def _empty_all(test: TransactionTestCase) -> None:
    for alias in test._databases_names(include_mirrors=False):  # type: ignore[attr-defined]
        empty(alias)


def empty(alias: str) -> None:
    """Delete every row of every model's table, in one transaction, at whose end foreign keys are looked at."""
    connection = connections[alias]
    with transaction.atomic(using=alias), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # As one text: one round trip.
            cursor.execute(";".join([*_unchecked(alias), *_deletions(alias)]))
        else:
            for deletion in _deletions(alias):
                cursor.execute(deletion)


@cache
def _deletions(alias: str) -> list[str]:
    connection = connections[alias]
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return [
        f"DELETE FROM {connection.ops.quote_name(table)}"  # noqa: S608 - our own models
        for table in sorted(set(tables) - KEPT)
    ]


@cache
def _unchecked(alias: str) -> list[str]:
    """What spares PostgreSQL the look at each foreign key, where we may say so: nothing is left that could refer to anything."""
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        (is_superuser,) = cursor.fetchone()
    return ["SET LOCAL session_replication_role = replica"] if is_superuser else []
