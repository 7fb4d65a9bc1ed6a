"""What a request, a job or a block of a test asks of the database and of providers, in four numbers.

Statements
    without transaction control, as ``connectid.web.query_budget`` counts them.
Rows read
    those that statements gave us, and those that an UPDATE or a DELETE found. What an INSERT gives back was not read.
Bytes written
    of the values that INSERT, UPDATE and DELETE carry, their keys included: a text by its length in UTF-8, a number as eight. What
    the database makes of them (indexes, its log) is not in it, nor what a statement computes from rows that are there.
Outside calls
    to providers, by their own metric.

Rows are counted as they are fetched, because SQLite knows of no number of them before; so tests alone pay for it.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

from connectid.core import execute_wrappers
from connectid.providers import _watch
from connectid.web.query_budget import counted

_WRITES = re.compile(
    r"\s*(?:INSERT|UPDATE|DELETE|WITH\b.*\b(?:INSERT INTO|(?<!FOR )UPDATE|DELETE FROM))\b", re.DOTALL
)
_NUMBER = 8


class Cost(NamedTuple):
    """What something took."""

    statements: int = 0
    rows: int = 0
    written: int = 0
    calls: int = 0

    def joined(self, other: "Cost") -> "Cost":
        """The dearer of both in every respect."""
        return Cost(*map(max, self, other))


class Meter:
    """Counts what one block takes; blocks nest, and an outer one counts what an inner one does."""

    def __init__(self, outer: "Meter | None") -> None:
        self._outer = outer
        self.cost = Cost()
        """Of the whole block, once it has ended."""
        self.rows = 0
        self.written = 0

    def note(self, *, rows: int = 0, written: int = 0) -> None:
        """Add what a statement read or wrote."""
        meter: Meter | None = self
        while meter is not None:
            meter.rows += rows
            meter.written += written
            meter = meter._outer


_current: ContextVar[Meter | None] = ContextVar("meter", default=None)


@contextmanager
def metered() -> Iterator[Meter]:
    """Count what the block takes on this thread."""
    execute_wrappers.install(_measure)
    meter = Meter(_current.get())
    token = _current.set(meter)
    calls = _calls_made()
    try:
        with counted() as budget:
            yield meter
    finally:
        _current.reset(token)
        meter.cost = Cost(budget.total, meter.rows, meter.written, int(_calls_made() - calls))


def _calls_made() -> float:
    """Calls to providers of this process, so far."""
    (metric,) = _watch.CALLS.collect()
    return sum(sample.value for sample in metric.samples if sample.name.endswith("_total"))


def _measure(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    answer = execute(sql, params, many, context)
    meter, cursor = _current.get(), context["cursor"]
    if meter is not None and _WRITES.match(sql):
        meter.note(written=_size(params))
    reads = None if sql.startswith("INSERT") else meter
    if cursor is None:  # the short way of connectid.core.prepared, which answers with libpq's result
        if reads is not None:
            reads.note(rows=answer.ntuples)
        return answer
    if reads is not None and cursor.description is None:
        reads.note(rows=max(cursor.rowcount, 0))
    if isinstance(cursor.cursor, _CountedRows):
        cursor.cursor.meter = reads
    elif reads is not None:
        cursor.cursor = _CountedRows(cursor.cursor, reads)
    return answer


class _CountedRows:
    """A database's cursor that tells how many rows were fetched from it."""

    def __init__(self, cursor: Any, meter: Meter | None) -> None:
        self.cursor = cursor
        self.meter = meter

    def __getattr__(self, name: str) -> Any:
        return getattr(self.cursor, name)

    def __iter__(self) -> Iterator[Any]:
        for row in self.cursor:
            self._took(1)
            yield row

    def fetchone(self) -> Any:
        """The next row, or None."""
        row = self.cursor.fetchone()
        self._took(0 if row is None else 1)
        return row

    def fetchmany(self, *args: Any) -> Any:
        """Some of the next rows."""
        rows = self.cursor.fetchmany(*args)
        self._took(len(rows))
        return rows

    def fetchall(self) -> Any:
        """All rows that are left."""
        rows = self.cursor.fetchall()
        self._took(len(rows))
        return rows

    def _took(self, rows: int) -> None:
        if self.meter is not None:
            self.meter.note(rows=rows)


def _size(value: Any) -> int:
    match value:
        case None:
            return 0
        case bool():
            return 1
        case int() | float():
            return _NUMBER
        case bytes() | bytearray() | memoryview():
            return len(value)
        case str():
            return len(value.encode())
        case Mapping():
            return sum(map(_size, value.values()))
        case list() | tuple():
            return sum(map(_size, value))
        case _:
            return len(str(value).encode())
