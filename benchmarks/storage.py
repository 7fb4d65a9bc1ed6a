"""What a row takes on disk, with its share of the indexes: docs/scale.md multiplies it."""

from collections.abc import Iterator

import psycopg

from benchmarks.report import Figure

TITLE = "Storage at {accounts:,} accounts: a row with its share of the indexes"

_LARGE = """
SELECT relname, reltuples, pg_total_relation_size(oid)
  FROM pg_class
 WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND reltuples >= %s
 ORDER BY 3 DESC
"""
_LEAST_ROWS = 0.1
"""For each account, for a table to be told of."""


def measured(database: str, accounts: int) -> list[tuple[str, float, float]]:
    """Return the large tables with their rows, as PostgreSQL last counted them, and the bytes of one."""
    with psycopg.connect(database) as connection:
        found = connection.execute(_LARGE, [_LEAST_ROWS * accounts]).fetchall()
    return [(table, rows, size / rows) for table, rows, size in found]


def figures(tables: list[tuple[str, float, float]]) -> Iterator[Figure]:
    """Two of each table."""
    for table, rows, size in tables:
        yield Figure(table, size, "B")
        yield Figure(f"{table}: rows", rows, "")
