"""Putting lines into tables: by COPY on PostgreSQL, by prepared inserts on SQLite.

On PostgreSQL everything happens in one transaction. Indexes and foreign keys of the tables are dropped before and made again
after, which takes a third of the time of keeping them up to date; if anything fails, nothing has changed. The tables were
emptied in the same transaction, so rows are written frozen: no vacuum has to visit them.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.models import Model

from connectid.population.lines import NULL, Block

_INSERTED_AT_ONCE = 5000

_DEFINITIONS = """
SELECT t.relname, c.conname, pg_get_constraintdef(c.oid), c.contype <> 'f'
  FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
 WHERE t.relnamespace = current_schema()::regnamespace AND c.contype IN ('p', 'u', 'f')
   AND (t.relname = ANY(%s) OR c.confrelid = ANY(SELECT oid FROM pg_class
        WHERE relnamespace = current_schema()::regnamespace AND relname = ANY(%s)))
 ORDER BY c.contype = 'f', c.conname
"""
"""Keys first, and then what refers to them."""

_INDEXES = """
SELECT i.relname, pg_get_indexdef(i.oid)
  FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
 WHERE t.relnamespace = current_schema()::regnamespace AND t.relname = ANY(%s)
   AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.oid AND c.contype IN ('p', 'u'))
 ORDER BY i.relname
"""


class Loader:
    """Loads into SQLite; the base of the one for PostgreSQL."""

    def __init__(self, columns: dict[type[Model], Sequence[str]]) -> None:
        """``columns`` of every table, in the order of the lines' values."""
        self.columns = columns
        self.loaded = dict.fromkeys(columns, 0)

    @contextmanager
    def loading(self, *, emptied: Sequence[type[Model]]) -> Iterator[None]:
        """Empty tables, and let the block fill them. Call it inside a transaction."""
        for model in reversed(emptied):
            model._base_manager.all()._raw_delete(
                connection.alias
            )  # one DELETE, without looking for what refers to it
        yield

    def load(self, model: type[Model], block: Block) -> None:
        """Add lines to a table."""
        if block.rows:
            self._load(model, block.text)
            self.loaded[model] += block.rows

    def _load(self, model: type[Model], text: bytes) -> None:
        lines = text.decode().splitlines()
        names = self.columns[model]
        marks = ", ".join(["%s"] * len(names))
        sql = f"INSERT INTO {model._meta.db_table} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608 - names of the schema
        with connection.cursor() as cursor:
            for start in range(0, len(lines), _INSERTED_AT_ONCE):
                rows = [_values(line) for line in lines[start : start + _INSERTED_AT_ONCE]]
                cursor.executemany(sql, rows)


def _values(line: str) -> list[str | None]:
    return [None if value == NULL else value for value in line.split("\t")]


class CopyingLoader(Loader):
    """Loads into PostgreSQL."""

    def __init__(self, columns: dict[type[Model], Sequence[str]]) -> None:
        super().__init__(columns)
        self._emptied: frozenset[type[Model]] = frozenset()

    @contextmanager
    def loading(self, *, emptied: Sequence[type[Model]]) -> Iterator[None]:
        """Empty tables, and let the block fill them; see the module."""
        self._emptied = frozenset(emptied)
        tables = [model._meta.db_table for model in emptied]
        _run("SET LOCAL maintenance_work_mem = '512MB'")
        _run("SET CONSTRAINTS ALL IMMEDIATE")  # what was written before may not be left to check
        again = _drop_what_is_kept_up_to_date(tables)
        # No CASCADE: it would empty tables that nobody named, such as clients, who may belong to an account.
        _run(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY")
        yield
        for statement in again:
            _run(statement)
        for model in self.columns:
            _go_on_counting(model)

    def _load(self, model: type[Model], text: bytes) -> None:
        freeze = " WITH (FREEZE)" if model in self._emptied else ""
        columns = ", ".join(self.columns[model])
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY {model._meta.db_table} ({columns}) FROM STDIN{freeze}") as copy,
        ):
            copy.write(text)


def _drop_what_is_kept_up_to_date(tables: list[str]) -> list[str]:
    """Drop indexes, keys and references of the tables; return the statements that make them again."""
    constraints = _fetch(_DEFINITIONS, [tables, tables])
    indexes = _fetch(_INDEXES, [tables])
    for table, name, _definition, _is_key in reversed(constraints):
        _run(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    for name, _definition in indexes:
        _run(f'DROP INDEX "{name}"')
    added = [
        (is_key, f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
        for table, name, definition, is_key in constraints
    ]
    return [
        *(statement for is_key, statement in added if is_key),
        *(definition for _name, definition in indexes),
        *(statement for is_key, statement in added if not is_key),
    ]


def _go_on_counting(model: type[Model]) -> None:
    """Let the table's next id follow the largest."""
    key = model._meta.pk
    if key is None or key.get_internal_type() != "BigAutoField":
        return
    table = model._meta.db_table
    _run(
        f"SELECT setval(pg_get_serial_sequence('{table}', '{key.column}'),"  # noqa: S608 - names of the schema
        f" greatest((SELECT max({key.column}) FROM {table}), 1))"
    )


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _fetch(statement: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def loader(columns: dict[type[Model], Sequence[str]]) -> Loader:
    """The loader of the database in use."""
    return (CopyingLoader if connection.vendor == "postgresql" else Loader)(columns)


def analyze(models: Iterable[type[Model]]) -> None:
    """Let the planner know what there is now."""
    for model in models:
        _run(f"ANALYZE {model._meta.db_table}")
