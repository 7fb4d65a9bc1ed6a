"""What every endpoint and job costs, written down: ``docs/reference/budgets.md``.

A test in which a request or a job costs more than its line says fails. The lines are SQLite's and are judged there alone: PostgreSQL's counts differ here
and there (messages and acknowledgements are one statement there). ``make budgets`` writes the lines anew: it is how a growth is
decided, and seen in review.
"""

import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from connectid.jobs.definition import JobTask
from connectid.testing import budget_lines
from connectid.testing.budget_lines import Line, decoded, encoded, endpoints, is_exceeded, job_name, jobs
from connectid.testing.metering import Cost, metered
from connectid.testing.nothing_grows import UP_TO_THE_MACHINE
from connectid.web.request_names import method_name, route_name

MADE_UP = "fuzz"
"""The folder of tests whose cases are made up, as many as somebody wants: nothing there counts, nor where hypothesis explores."""


class Ledger:
    """Notes what requests and jobs of this process cost."""

    def __init__(self, *, allowed: dict[str, Line]) -> None:
        self.noted: dict[str, Line] = {}
        self.exceeded: list[str] = []
        self.rows: int | None = None
        """How many rows there are, while a test has said so."""
        self.is_open = True
        """Whether what this test does counts."""
        self._allowed = allowed
        self._listed = endpoints() | jobs()

    def note(self, name: str, cost: Cost) -> None:
        """Write down one run.

        Threads are left out: several together, in an order that is never the same, cost now this and now that.
        """
        is_told = self.is_open and name in self._listed
        if not is_told or threading.current_thread() is not threading.main_thread():
            return
        line = Line(cost) if self.rows is None else Line(grown={self.rows: cost})
        self.noted[name] = line.joined(self.noted.get(name, Line()))
        is_limited = name in self._allowed and name not in UP_TO_THE_MACHINE
        allowed = self._allowed[name].allowed(self.rows) if is_limited else None
        if allowed is not None and is_exceeded(cost, allowed):
            where = "" if self.rows is None else f" with {self.rows} rows"
            self.exceeded.append(f"{name}{where}: {_told(cost)}, where budgets.md says {_told(allowed)}")


def _told(cost: Cost) -> str:
    return (
        f"{cost.statements} statements, {cost.rows} rows read, {cost.written} bytes written"
        f" and {cost.calls} outside calls"
    )


LEDGER: list[Ledger] = []
"""The one of this process, if there is one."""


class LedgerMiddleware:
    """Notes every request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, noting what it cost."""
        with metered() as meter:
            response = self.get_response(request)
        if LEDGER:
            LEDGER[0].note(f"{method_name(request)} /{route_name(request)}", meter.cost)
        return response


@contextmanager
def jobs_are_noted(kept: Ledger) -> Iterator[None]:
    """Note every job, whoever runs it: a worker, ``run_pending``, or a test that calls its task."""
    call = JobTask.call

    def noted(task: JobTask[..., Any], *args: Any, **kwargs: Any) -> Any:
        try:
            with metered() as meter:
                return call(task, *args, **kwargs)
        finally:
            kept.note(job_name(task), meter.cost)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(JobTask, "call", noted)
        yield


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer `--write-budgets`."""
    parser.getgroup("connectid").addoption(
        "--write-budgets", action="store_true", help="write docs/reference/budgets.md for what the run calls"
    )


def _parts() -> Path:
    """Where workers leave what they noted: a folder of the run."""
    return Path(os.environ["DATA_DIR"]) / "budgets"


@pytest.fixture(autouse=True, scope="session")
def ledger(request: pytest.FixtureRequest) -> Iterator[Ledger | None]:
    """Notes what the run's requests and jobs cost; nothing on PostgreSQL."""
    if request.config.getoption("database") != "sqlite":
        yield None
        return
    is_writing = request.config.getoption("write_budgets")
    kept = Ledger(allowed={} if is_writing else budget_lines.read())
    LEDGER[:] = [kept]
    settings.MIDDLEWARE = ["connectid.testing.ledger.LedgerMiddleware", *settings.MIDDLEWARE]
    with jobs_are_noted(kept):
        yield kept
    LEDGER.clear()
    if is_writing:
        _parts().mkdir(exist_ok=True)
        part = {name: encoded(line) for name, line in kept.noted.items()}
        (_parts() / f"{os.getpid()}.json").write_text(json.dumps(part), encoding="utf-8")


@pytest.fixture(autouse=True)
def keep_to_the_budgets(request: pytest.FixtureRequest, ledger: Ledger | None) -> Iterator[None]:
    """Fail a test in which something costs more than its line says."""
    if ledger is None:
        yield
        return
    is_the_same = os.environ.get("HYPOTHESIS_PROFILE", "same") == "same"
    ledger.is_open = is_the_same and MADE_UP not in request.path.parts
    ledger.exceeded.clear()
    yield
    if ledger.exceeded:
        pytest.fail("\n".join(dict.fromkeys(ledger.exceeded)), pytrace=False)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Join what the workers noted, and write it down. A run of some tests only can raise figures, and not lower them."""
    if not session.config.getoption("write_budgets") or "PYTEST_XDIST_WORKER" in os.environ:
        return
    noted: dict[str, Line] = {}
    for part in _parts().glob("*.json"):
        for name, line in json.loads(part.read_text(encoding="utf-8")).items():
            noted[name] = decoded(line).joined(noted.get(name, Line()))
    config = session.config
    is_chosen = (
        config.args_source is pytest.Config.ArgsSource.ARGS or config.option.keyword or config.option.markexpr
    )
    budget_lines.write(noted, is_whole=not is_chosen and not session.testsfailed)
