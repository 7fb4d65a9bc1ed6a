"""Connections to the tests' PostgreSQL beside Django's: somebody else's."""

from typing import Any

import psycopg
from django.db import connection

_NAMES = ("host", "port", "user", "password", "dbname")


def place() -> dict[str, Any]:
    """Return where the database is, as psycopg takes it, without what Django adds."""
    known = connection.get_connection_params()
    return {name: known[name] for name in _NAMES if known.get(name)}


def another_connection() -> "psycopg.Connection[Any]":
    """Connect once more; each statement commits. A context manager closes it."""
    return psycopg.connect(**place(), autocommit=True)
