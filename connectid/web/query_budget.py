"""Counting the database statements of each request, and catching the ones that repeat.

A statement repeated with other parameters is the mark of a loop over rows (N+1). ``REPEATED_STATEMENTS`` says
what to do about one: ``raise`` (tests), ``warn`` with the line of our code that ran it (embedded), or
``measure`` (production), where only the histogram of ``connectid.web.request_metrics`` tells.

Statements of every connection of the request's thread are counted together, each once. Transaction control
(BEGIN, SAVEPOINT, ...) is counted apart: SQLite sends it as statements and PostgreSQL's driver mostly does
not, and a budget should mean the same on both.
"""

import sys
from collections.abc import Callable
from contextvars import ContextVar, Token
from types import FrameType
from typing import Any, Literal, Self, cast

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from connectid.core import execute_wrappers
from connectid.web import tracebacks
from connectid.web.request_names import route_name

log = structlog.get_logger(__name__)

type Mode = Literal["raise", "warn", "measure"]

REPEATS_ALLOWED = 3
"""How often one request may run the same SQL text: a few fixed repeats are no loop."""

_TRANSACTION_CONTROL = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "SET ", "PRAGMA")


class RepeatedStatement(AssertionError):
    """A request ran one statement more often than ``REPEATS_ALLOWED``: its count grows with the data."""

    def __init__(self, sql: str, times: int, at: str) -> None:
        super().__init__(f"ran {times} times, last at {at}: {sql}")
        self.at = at


class QueryBudget:
    """What one request, or one block of a test, sent to the database.

    ``with`` counts into it. Blocks nest: an outer one counts what an inner one does.
    """

    __slots__ = ("_outer", "_token", "by_text", "mode", "repeated", "total", "transaction_control")

    def __init__(self, mode: Mode = "measure") -> None:
        self.mode = mode
        self._outer: QueryBudget | None = None
        self.total = 0
        """Statements, without transaction control. A statement run for many rows at once (executemany) is
        one.
        """
        self.transaction_control = 0
        self.by_text: dict[str, int] = {}
        """How often each SQL text ran."""
        self.repeated: RepeatedStatement | None = None
        """The first repeat beyond what is allowed."""

    def __enter__(self) -> Self:
        self._outer = _current.get()
        self._token: Token[QueryBudget | None] = _current.set(self)
        return self

    def __exit__(self, *_: object) -> None:
        _current.reset(self._token)

    def count(self, sql: str) -> None:
        """Note one statement; raises ``RepeatedStatement`` in mode ``raise``."""
        if sql.startswith(_TRANSACTION_CONTROL):
            self.transaction_control += 1
            return
        self.total += 1
        times = self.by_text[sql] = self.by_text.get(sql, 0) + 1
        if times > REPEATS_ALLOWED and self.mode != "measure" and self.repeated is None:
            self.repeated = RepeatedStatement(sql, times, at=_offending_line())
            if self.mode == "raise":
                raise self.repeated

    def go_on_from(self, former: "QueryBudget") -> None:
        """Count on from where another one stood."""
        self.total, self.transaction_control = former.total, former.transaction_control
        self.by_text, self.repeated = former.by_text, former.repeated


_BUDGET = "connectid.query_budget"
"""In the environment of a request whose statements were counted."""

_current: ContextVar[QueryBudget | None] = ContextVar("query_budget", default=None)


def counted(mode: Mode = "measure") -> QueryBudget:
    """A budget whose block is counted whatever has been counted before: for tests and benchmarks."""
    install()
    return QueryBudget(mode)


def counting(request: HttpRequest) -> QueryBudget:
    """The budget of a request, as ``request.query_budget``; one that is taken up once more goes on where it stood."""
    budget = QueryBudget(settings.REPEATED_STATEMENTS)
    former: QueryBudget | None = request.META.get(_BUDGET)
    if former is not None:
        budget.go_on_from(former)
    request.META[_BUDGET] = budget
    cast(Any, request).query_budget = budget
    return budget


class QueryBudgetMiddleware:
    """Counts the statements of a request into ``request.query_budget``, those of other middlewares too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        install()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, counting."""
        with counting(request) as budget:
            response = self.get_response(request)
        tell_repeat(request, budget)
        return response


def tell_repeat(request: HttpRequest, budget: QueryBudget) -> None:
    """Name the line that repeated a statement for the request, if one did."""
    if budget.repeated is None:
        return
    if budget.mode == "raise":  # again, for a view that turned the first into an answer
        raise budget.repeated
    log.warning("statement_repeated", route=route_name(request), at=budget.repeated.at)


def install() -> None:
    """Count on every connection, the open ones of this thread and those opened from now on."""
    execute_wrappers.install(_count)


def _count(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    budget = _current.get()
    while budget is not None:
        budget.count(sql)
        budget = budget._outer
    return execute(sql, params, many, context)


def _offending_line() -> str:
    """The innermost line of our own code on the stack."""
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        file = frame.f_code.co_filename
        if "/connectid/" in file and "site-packages" not in file and not execute_wrappers.is_between(file):
            return f"{tracebacks.shortened(file)}:{frame.f_lineno}"
        frame = frame.f_back
    return "unknown"
