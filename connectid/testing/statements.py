"""Counting statements in tests."""

import contextlib
from collections.abc import Iterator

from django.db import connection
from django.test.utils import CaptureQueriesContext

TRANSACTION_CONTROL = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


@contextlib.contextmanager
def count_statements() -> Iterator[list[str]]:
    """Collect the statements of the block; its length is the count. Transaction control does not count."""
    statements: list[str] = []
    with CaptureQueriesContext(connection) as captured:
        yield statements
    statements += [
        query["sql"] for query in captured if not query["sql"].upper().startswith(TRANSACTION_CONTROL)
    ]
