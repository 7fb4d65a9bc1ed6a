"""What every endpoint and job costs, written down: ``docs/reference/budgets.md``.

A test in which a request or a job runs more statements, or makes more outside calls, than its line says, fails (on SQLite,
whose counts are those of PostgreSQL). ``make budgets`` writes the lines anew: it is how a growth is decided, and seen in review.
"""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.tasks.signals import task_finished, task_started

from connectid.providers import _watch
from connectid.web.query_budget import QueryBudget, counted
from connectid.web.request_names import method_name, route_name, statements_of

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "budgets.md"
NOT_LISTED = ("admin", "sandbox", "static", "unmatched", "test", "docs", "openapi")
"""First words of routes that phones and partners do not call."""

LISTED_METHODS = ("GET", "POST")
"""The others are refused, or are a GET without its body."""

GROWN = (1, 1000)
"""Rows with which ``make budgets`` runs what ``statement_budget`` runs with a few."""

_HEAD = """<!-- Written by `make budgets`. Do not edit. -->

# Budgets

What a request or a job costs the database: statements, without transaction control, and calls to providers. "Most" is the dearest
case of any test. "1 row" and "1,000 rows" are counted where a test makes its data grow: with so many of what it reads or writes, with as many as
one request may name, or, where rows come by requests that are limited, with twenty. A test that needs more than its line says fails; `make budgets` writes the lines anew.

| Endpoint or job | Most | 1 row | 1,000 rows | Outside calls |
| --- | --- | --- | --- | --- |
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """A line of the page."""

    most: int = 0
    with_one: int | None = None
    with_many: int | None = None
    calls: int = 0

    def joined(self, other: "Cost") -> "Cost":
        """The dearer of both in every respect."""
        return Cost(
            max(self.most, other.most),
            _larger(self.with_one, other.with_one),
            _larger(self.with_many, other.with_many),
            max(self.calls, other.calls),
        )


def _larger(one: int | None, other: int | None) -> int | None:
    return max((value for value in (one, other) if value is not None), default=None)


class Ledger:
    """Notes what requests and jobs of this process cost."""

    def __init__(self, *, allowed: dict[str, Cost]) -> None:
        self.noted: dict[str, Cost] = {}
        self.exceeded: list[str] = []
        self.rows: int | None = None
        """How many rows there are, while a test has said so."""
        self._allowed = allowed
        self._running: list[tuple[AbstractContextManager[QueryBudget], QueryBudget, float]] = []

    def note(self, name: str, statements: int, calls: int) -> None:
        """Write down one run."""
        cost = Cost(statements, calls=calls)
        if self.rows == GROWN[0]:
            cost = replace(cost, with_one=statements)
        elif self.rows == GROWN[1]:
            cost = replace(cost, with_many=statements)
        self.noted[name] = cost.joined(self.noted.get(name, Cost()))
        allowed = self._allowed.get(name)
        if allowed is not None and (statements > allowed.most or calls > allowed.calls):
            self.exceeded.append(
                f"{name}: {statements} statements and {calls} outside calls, where budgets.md says"
                f" {allowed.most} and {allowed.calls}"
            )

    def begin_job(self, **_: Any) -> None:
        """A job starts on this thread."""
        context = counted()
        self._running.append((context, context.__enter__(), calls_made()))

    def end_job(self, *, task_result: Any, **_: Any) -> None:
        """It ended."""
        context, budget, before = self._running.pop()
        context.__exit__(None, None, None)
        self.note(f"job {task_result.task.module_path}", budget.total, int(calls_made() - before))


LEDGER: list[Ledger] = []
"""The one of this process, if there is one."""


class LedgerMiddleware:
    """Notes every request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, noting what it cost."""
        before = calls_made()
        response = self.get_response(request)
        statements, route = statements_of(request), route_name(request)
        is_listed = request.method in LISTED_METHODS and not route.startswith(NOT_LISTED)
        if LEDGER and statements is not None and is_listed:
            LEDGER[0].note(f"{method_name(request)} /{route}", statements, int(calls_made() - before))
        return response


def calls_made() -> float:
    """Calls to providers of this process, so far."""
    (metric,) = _watch.CALLS.collect()
    return sum(sample.value for sample in metric.samples if sample.name.endswith("_total"))


def read() -> dict[str, Cost]:
    """The lines of the page."""
    if not PAGE.exists():
        return {}
    found = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| `") and len(cells) == 5:
            most, one, many, calls = (int(cell) if cell else None for cell in cells[1:])
            found[cells[0].strip("`")] = Cost(most or 0, one, many, calls or 0)
    return found


def written(costs: dict[str, Cost]) -> str:
    """The page of these lines."""
    rows = [
        f"| `{name}` | {cost.most} | {_cell(cost.with_one)} | {_cell(cost.with_many)} | {cost.calls or ''} |"
        for name, cost in sorted(costs.items())
    ]
    return _HEAD + "\n".join(rows) + "\n"


def _cell(value: int | None) -> str:
    return "" if value is None else str(value)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer `--write-budgets`."""
    parser.getgroup("connectid").addoption(
        "--write-budgets", action="store_true", help="write docs/reference/budgets.md for what the run calls"
    )


def _parts(config: pytest.Config) -> Path:
    """Where workers leave what they noted: a folder of the run."""
    return Path(os.environ["DATA_DIR"]) / "budgets"


@pytest.fixture(autouse=True, scope="session")
def ledger(request: pytest.FixtureRequest) -> Iterator[Ledger | None]:
    """Notes what the run's requests and jobs cost; nothing on PostgreSQL."""
    if request.config.getoption("database") != "sqlite":
        yield None
        return
    is_writing = request.config.getoption("write_budgets")
    kept = Ledger(allowed={} if is_writing else read())
    LEDGER[:] = [kept]
    settings.MIDDLEWARE = ["connectid.testing.ledger.LedgerMiddleware", *settings.MIDDLEWARE]
    task_started.connect(kept.begin_job, dispatch_uid="ledger")
    task_finished.connect(kept.end_job, dispatch_uid="ledger")
    yield kept
    task_started.disconnect(dispatch_uid="ledger")
    task_finished.disconnect(dispatch_uid="ledger")
    LEDGER.clear()
    if is_writing:
        _parts(request.config).mkdir(exist_ok=True)
        part = _parts(request.config) / f"{os.getpid()}.json"
        part.write_text(
            json.dumps({name: asdict(cost) for name, cost in kept.noted.items()}), encoding="utf-8"
        )


@pytest.fixture(autouse=True)
def keep_to_the_budgets(ledger: Ledger | None) -> Iterator[None]:
    """Fail a test in which something costs more than its line says."""
    if ledger is not None:
        ledger.exceeded.clear()
    yield
    if ledger is not None and ledger.exceeded:
        pytest.fail("\n".join(ledger.exceeded), pytrace=False)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Join what the workers noted with the lines of what this run did not call, and write the page."""
    if not session.config.getoption("write_budgets") or "PYTEST_XDIST_WORKER" in os.environ:
        return
    noted: dict[str, Cost] = {}
    for part in _parts(session.config).glob("*.json"):
        for name, cost in json.loads(part.read_text(encoding="utf-8")).items():
            noted[name] = Cost(**cost).joined(noted.get(name, Cost()))
    PAGE.write_text(written(read() | noted), encoding="utf-8")
