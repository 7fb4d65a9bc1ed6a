"""Values of hand-written statements: what psycopg types by itself and SQLite hands over as text or numbers."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection


def moment(value: datetime | str) -> datetime:
    """The aware moment of a timestamp column; SQLite hands over naive UTC, as a datetime or, from expressions, as text."""
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def identifier(value: UUID | str) -> UUID:
    """The UUID of an identifier column; SQLite hands over 32 hexadecimal digits."""
    return value if isinstance(value, UUID) else UUID(value)


def stored_identifier(value: UUID) -> UUID | str:
    """What to compare an identifier column with, or put into it."""
    return value if connection.features.has_native_uuid_field else value.hex


def stored_moment(value: datetime) -> Any:
    """What to compare a timestamp column with, or put into it."""
    return connection.ops.adapt_datetimefield_value(value)


def as_identifier() -> str:
    """A parameter that is an identifier where the database cannot tell, as in the list of a SELECT."""
    return "CAST(%s AS uuid)" if connection.features.has_native_uuid_field else "CAST(%s AS text)"


def as_moment() -> str:
    """A parameter that is a moment where the database cannot tell."""
    return "CAST(%s AS timestamptz)" if connection.vendor == "postgresql" else "CAST(%s AS text)"


def identifier_text(column: str) -> str:
    """An identifier column as clients read it, made by the database: cheaper than a ``UUID`` for each row."""
    if connection.features.has_native_uuid_field:
        return f"CAST({column} AS text)"
    parts = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
    return " || '-' || ".join(f"substr({column}, {first}, {length})" for first, length in parts)


def moment_text(column: str) -> str:
    """A timestamp column as :func:`connectid.core.datetimes.serializer_format` would write it, made by the database."""
    if connection.vendor == "postgresql":
        # Colons in quotes, so that no tool (pgbench) takes what follows one for a variable.
        digits = f"""to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24":"MI":"SS.US')"""
        return f"replace({digits}, '.000000', '') || 'Z'"
    return f"replace({column}, ' ', 'T') || 'Z'"


def json_text(column: str) -> str:
    """A text column as JSON writes it, made by the database."""
    if connection.vendor == "postgresql":
        return f"CAST(to_json(CAST({column} AS text)) AS text)"
    return f"json_quote({column})"


def joined(text: str) -> str:
    """What an expression gives for all rows, with commas between; empty for none.

    In the order in which the rows come, so that they are to come from a query that sorts them: SQLite before 3.44 sorts nothing here.
    """
    aggregate = "string_agg" if connection.vendor == "postgresql" else "group_concat"
    return f"coalesce({aggregate}({text}, ','), '')"


def among(column: str, *, of: str) -> str:
    """That ``column`` has one of the values of :func:`listed`, a single parameter whatever their number.

    ``of`` is PostgreSQL's type of a value. With an array it looks the rows up by key, and prepares the statement once.
    """
    if connection.vendor == "postgresql":
        return f"{column} = ANY(CAST(%s AS {of}[]))"
    return f"{column} IN (SELECT value FROM json_each(%s))"  # noqa: S608 - names of our own


def listed(values: Iterable[Any]) -> Any:
    """The parameter of :func:`among`: texts or numbers."""
    return list(values) if connection.vendor == "postgresql" else json.dumps(list(values))


def given(name: str, **columns: str) -> str:
    """A named query for WITH: rows that are the objects of a single parameter, a JSON list; ``columns`` are PostgreSQL's types.

    Materialized, so that SQLite can make an index of it: joined as it comes, ten thousand rows would be read ten thousand times.
    """
    if connection.vendor == "postgresql":
        typed = ", ".join(f"{column} {type_}" for column, type_ in columns.items())
        rows = f"* FROM json_to_recordset(CAST(%s AS json)) AS item({typed})"
    else:
        found = ", ".join(f"json_extract(value, '$.{column}') AS {column}" for column in columns)
        rows = f"{found} FROM json_each(%s)"
    return f"{name} AS MATERIALIZED (SELECT {rows})"
