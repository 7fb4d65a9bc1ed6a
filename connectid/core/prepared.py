"""Hot statements, prepared and run by libpq itself.

psycopg builds a cursor, a query and a generator for each statement, which for a read of one row takes three times what
sending it and reading the answer do. A few reads and writes make up nearly all of the traffic; they go this way (docs/decisions/0038-hot-reads.md,
0041-writes-in-one-statement.md).
Everything else, SQLite, and whatever runs inside a transaction goes by Django's cursor, with the same result.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache, partial
from itertools import count
from typing import Any, cast
from uuid import UUID

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.adapt import Transformer
from psycopg.pq import DiagnosticField, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult

from connectid.core import outdated_plans
from connectid.core.postgresql import lending

type Rows = list[tuple[Any, ...]]
type Parameter = str | int | UUID | datetime
"""What has the same text in Python as in PostgreSQL. None has not: it would be compared as a word."""
type Statement = tuple[str, Sequence[Parameter]]
type _Prepared = tuple[bytes, Callable[[PGresult], Rows]]

_FORGOTTEN = b"26000"
"""The SQLSTATE of a prepared statement that is not there; nothing was run then."""

_REFUSED_BY = outdated_plans.REFUSED_BY.encode()

_PREPARED = "_connectid_prepared"
"""Attribute of a connection of psycopg's: what it has prepared, by the texts."""

_ERRAND = "_connectid_errand"
"""Attribute of a connection of Django's: what the next statement takes along, or has brought."""

_names = count()
"""Of one process: no two preparations have the same, whichever connection they are for."""


def rows(sql: str, parameters: Sequence[Parameter], *, database: BaseDatabaseWrapper | None = None) -> Rows:
    """Return the rows of a SELECT with ``%s`` for each parameter, or those that a statement which writes returns.

    It is run once: again only where the server says that it did not run it. Outside a transaction it is committed then.
    ``database`` is the primary unless it is given. Raises Django's database errors, as a cursor does.
    """
    # The connection itself: ``connection`` looks it up again for each of its attributes.
    database = connections[DEFAULT_DB_ALIAS] if database is None else database
    errand: _Errand | None = database.__dict__.get(_ERRAND)
    if not _is_here(errand, database, sql, parameters) and not _may_be_short(database):
        with database.cursor() as cursor:
            cursor.execute(sql, cast(Any, parameters))
            return cast(Rows, cursor.fetchall())
    execute: Any = _run if errand is None else errand.run
    for wrapper in reversed(database.execute_wrappers):
        execute = partial(wrapper, execute)
    with database.wrap_database_errors:
        return cast(Rows, execute(sql, parameters, False, {"connection": database, "cursor": None}))


@contextmanager
def taking_along(statement: Statement | None) -> Iterator[None]:
    """Have the first statement of the block take ``statement`` along: both in one round trip to the primary.

    Whoever asks for exactly that within the block, with the same parameters, then has what came back; whoever asks for anything else
    asks the database. So a guess may be taken along that turns out to be wrong. What the block writes before it asks is
    not in what came back.
    """
    if statement is None:
        yield
        return
    attributes = connections[DEFAULT_DB_ALIAS].__dict__
    attributes[_ERRAND] = _Errand(*statement)
    try:
        yield
    finally:
        attributes.pop(_ERRAND, None)


def row(
    sql: str, parameters: Sequence[Parameter], *, database: BaseDatabaseWrapper | None = None
) -> tuple[Any, ...] | None:
    """Return the first row, or None where there is none."""
    found = rows(sql, parameters, database=database)
    return found[0] if found else None


def _may_be_short(database: BaseDatabaseWrapper) -> bool:
    """Whether nothing is in the way: inside a transaction psycopg keeps count of what was sent."""
    if database.vendor != "postgresql" or database.in_atomic_block:
        return False
    database.ensure_connection()
    raw: psycopg.Connection[Any] = database.connection
    return (
        raw.autocommit
        and raw.prepare_threshold is not None
        and raw.pgconn.transaction_status == TransactionStatus.IDLE
    )


def _is_here(
    errand: "_Errand | None", database: BaseDatabaseWrapper, sql: str, parameters: Sequence[Parameter]
) -> bool:
    """Whether it came along before, on a connection that is still there: then nothing has to be sent."""
    return (
        errand is not None
        and database.connection is not None
        and not database.in_atomic_block
        and errand.has_brought(sql, parameters)
    )


class _Errand:
    """A statement that another takes along, and what it brought."""

    __slots__ = ("_parameters", "_result", "_sql", "_texts")

    def __init__(self, sql: str, parameters: Sequence[Parameter]) -> None:
        self._sql = sql
        self._parameters = list(parameters)
        self._texts = _texts(parameters)
        self._result: PGresult | None = None

    def has_brought(self, sql: str, parameters: Sequence[object]) -> bool:
        """Whether this is there already, and not given up because the first had failed."""
        return (
            self._result is not None
            and self._is_ours(sql, parameters)
            and self._result.status != ExecStatus.PIPELINE_ABORTED
        )

    def _is_ours(self, sql: str, parameters: Sequence[object]) -> bool:
        return sql == self._sql and list(parameters) == self._parameters

    def run(self, sql: str, parameters: Sequence[object], many: bool, context: dict[str, Any]) -> Rows:
        """Run a statement: the first takes ours along, a later one may be ours."""
        database = context["connection"]
        if self._result is None and not self._can_go_along(database.connection, sql, parameters):
            del database.__dict__[_ERRAND]
            return _run(sql, parameters, many, context)
        if self._result is None:
            found, self._result = _run_both(
                database.connection, (sql, _texts(parameters)), (self._sql, self._texts)
            )
            return _rows_of(found, database.connection, sql, parameters)
        del database.__dict__[_ERRAND]
        if not self.has_brought(sql, parameters):
            return _run(sql, parameters, many, context)
        return _rows_of(self._result, database.connection, sql, parameters)

    def _can_go_along(self, raw: "psycopg.Connection[Any]", sql: str, parameters: Sequence[object]) -> bool:
        """Whether ours is prepared and not what is asked for anyway. What stands in its way is told to who asks for ours."""
        if self._is_ours(sql, parameters):
            return False
        try:
            _prepared(raw, self._sql)
        except psycopg.Error:
            return False
        return True


def _run(sql: str, parameters: Sequence[object], many: bool, context: dict[str, Any]) -> Rows:
    raw: psycopg.Connection[Any] = context["connection"].connection
    values = _texts(parameters)
    return _rows_of(raw.pgconn.exec_prepared(_prepared(raw, sql)[0], values), raw, sql, parameters)


def _rows_of(
    result: PGresult, raw: "psycopg.Connection[Any]", sql: str, parameters: Sequence[object]
) -> Rows:
    """Load the rows; where the statement has to be prepared again first, run it again."""
    if result.status != ExecStatus.TUPLES_OK and _is_to_be_prepared_again(raw, sql, result):
        result = raw.pgconn.exec_prepared(_prepared(raw, sql)[0], _texts(parameters))
    _check(raw, result.status, ExecStatus.TUPLES_OK, result)
    return _prepared(raw, sql)[1](result)


def _texts(parameters: Sequence[object]) -> list[bytes]:
    values = [str(parameter).encode() for parameter in parameters]
    if any(b"\x00" in value for value in values):  # libpq would take what stands before it for the whole
        raise psycopg.DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
    return values


def _run_both(
    raw: "psycopg.Connection[Any]", first: tuple[str, list[bytes]], second: tuple[str, list[bytes]]
) -> tuple[PGresult, PGresult]:
    """Send both, then wait for both answers. Where the first fails, the server does not run the second."""
    named = [(_prepared(raw, sql)[0], values) for sql, values in (first, second)]
    libpq, readable = raw.pgconn, lending.readable(raw)

    def answer() -> PGresult:
        while libpq.is_busy():
            readable.poll()  # and not libpq, which would hold Python's lock while it waits
            libpq.consume_input()
        return cast(PGresult, libpq.get_result())

    try:
        libpq.enter_pipeline_mode()
        for name, values in named:
            libpq.send_query_prepared(name, values)
        libpq.pipeline_sync()
        # After each answer comes nothing, as the mark of its end; after both, word that they are all.
        found, _, brought, _, _ = answer(), answer(), answer(), answer(), answer()
        libpq.exit_pipeline_mode()
    except BaseException:
        raw.close()  # who knows what it would answer next
        raise
    return found, brought


def _is_to_be_prepared_again(raw: "psycopg.Connection[Any]", sql: str, result: PGresult) -> bool:
    """Whether the statement failed only for being prepared long ago; then it counts as not prepared.

    psycopg lets the server forget all of a connection's statements when something was rolled back. What was
    prepared since then is still there, so that only this one is to be prepared again; under another name, for
    what a migration made useless still has its own.
    """
    if (
        result.error_field(DiagnosticField.SQLSTATE) != _FORGOTTEN
        and result.error_field(DiagnosticField.SOURCE_FUNCTION) != _REFUSED_BY
    ):
        return False
    raw.__dict__[_PREPARED].pop(sql, None)
    return True


def _prepared(raw: "psycopg.Connection[Any]", sql: str) -> _Prepared:
    """The name of the statement, which this connection has prepared, and what loads its rows; both are made at the first use."""
    known: dict[str, _Prepared] = raw.__dict__.setdefault(_PREPARED, {})
    found = known.get(sql)
    if found is None:
        name = f"connectid_{next(_names)}".encode()
        result = raw.pgconn.prepare(name, numbered(sql))
        _check(raw, result.status, ExecStatus.COMMAND_OK, result)
        found = known[sql] = (name, _loading(raw))
    return found


def _loading(raw: "psycopg.Connection[Any]") -> Callable[[PGresult], Rows]:
    """What loads the rows of one prepared statement: their types are looked up at its first result and never change."""
    transformer = Transformer(raw)
    is_new = True

    def load(result: PGresult) -> Rows:
        nonlocal is_new
        transformer.set_pgresult(result, set_loaders=is_new)
        is_new = False
        return cast(Rows, transformer.load_rows(0, result.ntuples, tuple))

    return load


def _check(raw: "psycopg.Connection[Any]", status: int, wanted: ExecStatus, result: Any) -> None:
    if status != wanted:
        if result.error_field(DiagnosticField.SQLSTATE) is None:  # not the server's word: libpq lost it
            raise psycopg.OperationalError(result.get_error_message(raw.info.encoding))
        raise psycopg.errors.error_from_result(result, raw.info.encoding)


@cache
def numbered(sql: str) -> bytes:
    """The text of a statement with ``$1`` for the first ``%s`` and so on."""
    numbers = count(1)
    first, *others = sql.split("%s")
    return "".join([first, *(f"${next(numbers)}{part}" for part in others)]).encode()
