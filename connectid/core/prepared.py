"""Hot statements, prepared and run by libpq itself.

psycopg builds a cursor, a query and a generator for each statement, which for a read of one row takes three times what
sending it and reading the answer do. A few reads and writes make up nearly all of the traffic; they go this way (docs/decisions/0038-hot-reads.md,
0041-writes-in-one-statement.md).
Everything else, SQLite, and whatever runs inside a transaction goes by Django's cursor, with the same result.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from functools import cache, partial
from itertools import count
from typing import Any, NamedTuple, cast
from uuid import UUID

import psycopg
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.adapt import Transformer
from psycopg.pq import DiagnosticField, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult

from connectid.core import outdated_plans, primary
from connectid.core.postgresql import pipeline

type Rows = list[tuple[Any, ...]]
type Parameter = str | int | UUID | datetime
"""What has the same text in Python as in PostgreSQL. None has not: it would be compared as a word."""
type Statement = tuple[str, Sequence[Parameter]]


class _Prepared(NamedTuple):
    """A statement that a connection has prepared."""

    name: bytes
    load: Callable[[PGresult], Rows]
    """Makes the rows of a result."""


_FORGOTTEN = b"26000"
"""The SQLSTATE of a prepared statement that is not there; nothing was run then."""

_REFUSED_BY = outdated_plans.REFUSED_BY.encode()

_PREPARED = "_connectid_prepared"
"""Attribute of a connection of psycopg's: what it has prepared, by the texts."""

_ERRAND = "_connectid_errand"
"""Attribute of a connection of Django's: what the next statement takes along, or has brought."""

_NO_ERRAND = nullcontext()

_names = count()
"""Of one process: no two preparations have the same, whichever connection they are for."""


def rows(sql: str, parameters: Sequence[Parameter], *, database: BaseDatabaseWrapper | None = None) -> Rows:
    """Return the rows of a SELECT with ``%s`` for each parameter, or those that a statement which writes returns.

    It is run once: again only where the server says that it did not run it. Outside a transaction it is committed then.
    ``database`` is the primary unless it is given. Raises Django's database errors, as a cursor does.
    """
    database = primary.connection() if database is None else database
    if not _goes_the_short_way(database, sql, parameters):
        return _by_cursor(database, sql, parameters)
    with database.wrap_database_errors:
        result = _answer(database, sql, parameters)
        return _prepared(database.connection, sql).load(result)


def row(
    sql: str, parameters: Sequence[Parameter], *, database: BaseDatabaseWrapper | None = None
) -> tuple[Any, ...] | None:
    """Return the first row, or None where there is none."""
    found = rows(sql, parameters, database=database)
    return found[0] if found else None


def text(sql: str, parameters: Sequence[Parameter], *, database: BaseDatabaseWrapper | None = None) -> bytes:
    """Return the one value of a statement that has one row of one text, in UTF-8 as it came: for what is passed on as it is."""
    database = primary.connection() if database is None else database
    if not _goes_the_short_way(database, sql, parameters):
        [(value,)] = _by_cursor(database, sql, parameters)
        return cast(str, value).encode()
    with database.wrap_database_errors:
        found = _answer(database, sql, parameters).get_value(0, 0)
        if found is None:  # no row, or no value in it
            raise psycopg.DataError("the statement has no text")
        return found


def taking_along(statement: Statement | None) -> AbstractContextManager[object]:
    """Have the first statement of the block take ``statement`` along: both in one round trip to the primary.

    Whoever asks for exactly that within the block, with the same parameters, then has what came back; whoever asks for anything else
    asks the database. So a guess may be taken along that turns out to be wrong. What the block writes before it asks is
    not in what came back.
    """
    return _NO_ERRAND if statement is None else _Errand(*statement)


def _goes_the_short_way(database: BaseDatabaseWrapper, sql: str, parameters: Sequence[Parameter]) -> bool:
    """Whether nothing is in the way, and inside a transaction there is: there psycopg keeps count of what was sent."""
    if database.vendor != "postgresql" or database.in_atomic_block:
        return False
    errand: _Errand | None = database.__dict__.get(_ERRAND)
    if errand is not None and database.connection is not None and errand.has_brought(sql, parameters):
        return True  # on whatever connection: nothing has to be sent
    if database.connection is None:
        database.ensure_connection()
    raw: psycopg.Connection[Any] = database.connection
    return (
        raw.autocommit
        and raw.prepare_threshold is not None
        and raw.pgconn.transaction_status == TransactionStatus.IDLE
    )


def _by_cursor(database: BaseDatabaseWrapper, sql: str, parameters: Sequence[Parameter]) -> Rows:
    with database.cursor() as cursor:
        cursor.execute(sql, cast(Any, parameters))
        return cast(Rows, cursor.fetchall())


def _answer(database: BaseDatabaseWrapper, sql: str, parameters: Sequence[Parameter]) -> PGresult:
    """Run it within the wrappers of the connection, but for that which has a cursor's statement prepared anew."""
    errand: _Errand | None = database.__dict__.get(_ERRAND)
    execute: Any = _run if errand is None else errand.run
    for wrapper in reversed(database.execute_wrappers):
        if wrapper is not outdated_plans.prepare_again:
            execute = partial(wrapper, execute)
    return cast(PGresult, execute(sql, parameters, False, {"connection": database, "cursor": None}))


class _Errand:
    """A statement that another takes along while the block runs, and what it brought."""

    __slots__ = ("_database", "_parameters", "_result", "_sql", "_values")

    def __init__(self, sql: str, parameters: Sequence[Parameter]) -> None:
        self._sql = sql
        self._parameters = parameters
        self._values = _values(parameters)
        self._result: PGresult | None = None
        self._database = primary.connection()

    def __enter__(self) -> None:
        self._database.__dict__[_ERRAND] = self

    def __exit__(self, *_: object) -> None:
        self._database.__dict__.pop(_ERRAND, None)

    def has_brought(self, sql: str, parameters: Sequence[object]) -> bool:
        """Whether this is there already, and not given up because the first had failed."""
        return (
            self._result is not None
            and self._is_ours(sql, parameters)
            and self._result.status != ExecStatus.PIPELINE_ABORTED
        )

    def _is_ours(self, sql: str, parameters: Sequence[object]) -> bool:
        return sql == self._sql and list(parameters) == list(self._parameters)

    def run(self, sql: str, parameters: Sequence[object], many: bool, context: dict[str, Any]) -> PGresult:
        """Run a statement: the first takes ours along, a later one may be ours."""
        raw = context["connection"].connection
        if self._result is None and (ours := self._can_go_along(raw, sql, parameters)):
            asked = (_prepared(raw, sql).name, _values(parameters))
            found, self._result = pipeline.both(raw, asked, (ours.name, self._values))
            return _checked(found, raw, sql, parameters)
        del context["connection"].__dict__[_ERRAND]
        if self._result is None or not self.has_brought(sql, parameters):
            return _run(sql, parameters, many, context)
        return _checked(self._result, raw, sql, parameters)

    def _can_go_along(
        self, raw: "psycopg.Connection[Any]", sql: str, parameters: Sequence[object]
    ) -> "_Prepared | None":
        """Ours, unless it is what is asked for anyway or cannot be prepared: what stands in its way is told to who asks for it."""
        if self._is_ours(sql, parameters):
            return None
        try:
            return _prepared(raw, self._sql)
        except psycopg.Error:
            return None


def _run(sql: str, parameters: Sequence[object], many: bool, context: dict[str, Any]) -> PGresult:
    raw: psycopg.Connection[Any] = context["connection"].connection
    result = raw.pgconn.exec_prepared(_prepared(raw, sql).name, _values(parameters))
    return _checked(result, raw, sql, parameters)


def _checked(
    result: PGresult, raw: "psycopg.Connection[Any]", sql: str, parameters: Sequence[object]
) -> PGresult:
    """The result, if it is one; where the statement has to be prepared again first, that of running it again."""
    if result.status == ExecStatus.TUPLES_OK:
        return result
    if _is_to_be_prepared_again(raw, sql, result):
        result = raw.pgconn.exec_prepared(_prepared(raw, sql).name, _values(parameters))
    _check(raw, result, ExecStatus.TUPLES_OK)
    return result


def _values(parameters: Sequence[object]) -> list[bytes]:
    values = [str(parameter).encode() for parameter in parameters]
    if b"\x00" in b"".join(values):  # libpq would take what stands before it for the whole
        raise psycopg.DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
    return values


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
    raw.__dict__.get(_PREPARED, {}).pop(sql, None)
    return True


def _prepared(raw: "psycopg.Connection[Any]", sql: str) -> _Prepared:
    """The name of the statement, which this connection has prepared, and what loads its rows; both are made at the first use."""
    known: dict[str, _Prepared] = raw.__dict__.setdefault(_PREPARED, {})
    found = known.get(sql)
    if found is None:
        name = f"connectid_{next(_names)}".encode()
        result = raw.pgconn.prepare(name, numbered(sql))
        _check(raw, result, ExecStatus.COMMAND_OK)
        found = known[sql] = _Prepared(name, _loading(raw))
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


def _check(raw: "psycopg.Connection[Any]", result: Any, wanted: ExecStatus) -> None:
    if result.status != wanted:
        if result.error_field(DiagnosticField.SQLSTATE) is None:  # not the server's word: libpq lost it
            raise psycopg.OperationalError(result.get_error_message(raw.info.encoding))
        raise psycopg.errors.error_from_result(result, raw.info.encoding)


@cache
def numbered(sql: str) -> bytes:
    """The text of a statement with ``$1`` for the first ``%s`` and so on."""
    numbers = count(1)
    first, *others = sql.split("%s")
    return "".join([first, *(f"${next(numbers)}{part}" for part in others)]).encode()
