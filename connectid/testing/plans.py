"""On PostgreSQL every statement that a test has the server run is planned at a million accounts, and must not read it all.

A plan that reads or sorts a whole large table fails the test (``connectid.testing.at_scale`` says how plans are made). Statements that stay
prepared (``connectid.core.prepared``) are planned once more for any parameters: PostgreSQL may come to that after five times.
What counts is the innermost line of our own code: statements by which tests set their scene are not looked at.
"""

import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import psycopg
import pytest
from pytest_django.plugin import DjangoDbBlocker

from connectid.core import execute_wrappers, prepared
from connectid.testing.at_scale import NotPermitted, Planner, build

NOT_SERVED = ("/tests/", "/testing/", "/population/", "/demo/", "/cli/", "/config/", "/migrations/")
"""Code that neither requests nor jobs run."""

MAY_READ_ALL: dict[str, str] = {
    "core/rotation.py:_usage": "an operator asks of which key every digest is",
    "jobs/operations.py:_replay": "the table of jobs holds what waits and what failed, and is short",
    "jobs/queries.py:backlog": "the same; depth is counted from all of it",
    "web/admin_pages.py:count": "a filter of staff may leave few rows of many: counted to ten thousand",
    "staff/site.py:recorded": "pages of Django's admin, for staff: bounded by BoundedPaginator",
    "staff/export.py": "an auditor exports the whole trail",
    "dashboard/operations.py:_sum_up": "tallies of days, by the index of one_tally once there are many",
    "insights/queries.py:held_counts": "the nightly comparison of counts and accounts",
    "insights/operations/listing.py:<genexpr>": "users/fetch_user_analytics lists everybody (contract 7.8)",
    "dashboard/counting.py": "counts an hour at a time, in a job",
    "verification/breaker.py:judge": "counts an hour's codes; a test's hour may be long ago",
    "devices/operations/silence.py:prune": "reads every row, on purpose, a part at a time; a part may be all of what the sample has",
    "integrity/operations.py:prune": "deletes what it reads: an hour's tokens, and in a test all",
}
"""Beginnings of lines (``file:function``) that have a reason to read or sort much, and the reason."""

VARIANTS = 3
"""Sets of parameters with which one text is planned: a plan depends on them."""

_PLANNED = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "(")
_LIST = re.compile(r"%s(?:, %s)+")
_OWN = "/connectid/"


class Recorder:
    """Collects statements, each text a few times in the whole run."""

    def __init__(self) -> None:
        self.pending: list[tuple[str, Any, str]] = []
        self.prepared: set[str] = set()
        """Those of the pending that stay prepared."""
        self._seen: defaultdict[str, int] = defaultdict(int)

    def record(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        """Note a statement, as a wrapper around it, and hand it on."""
        if isinstance(sql, str) and sql.lstrip().startswith(_PLANNED):
            self._note(sql, params[0] if many and params else params)
        return execute(sql, params, many, context)

    def _note(self, sql: str, params: Any) -> None:
        text = _LIST.sub("...", sql)
        if self._seen[text] < VARIANTS and (line := line_served()) is not None:
            self._seen[text] += 1
            self.pending.append((sql, params, line))
            if _is_prepared():
                self.prepared.add(sql)


def line_served() -> str | None:
    """The innermost line of our code on the stack, ``file:function``; None where no request or job would run it."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        if _OWN in file and "site-packages" not in file and not execute_wrappers.is_between(file):
            shown = file.rpartition(_OWN)[2]
            if any(part in f"/{shown}" for part in NOT_SERVED):
                return None
            return f"{shown}:{frame.f_code.co_name}"
        frame = frame.f_back
    return None


_PREPARED_BY = (prepared.rows.__code__, prepared.text.__code__)


def _is_prepared() -> bool:
    """Whether the statement is one of those, though a test's transaction makes it an ordinary one."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_code in _PREPARED_BY:
            return True
        frame = frame.f_back
    return False


@pytest.fixture(autouse=True, scope="session")
def planner(request: pytest.FixtureRequest) -> Iterator[tuple[Recorder, Planner] | None]:
    """What records and plans; nothing on SQLite, nor where the tests' user may not change statistics."""
    if request.config.getoption("database") != "postgresql":
        yield None
        return
    request.getfixturevalue("django_db_setup")
    blocker: DjangoDbBlocker = request.getfixturevalue("django_db_blocker")
    with blocker.unblock():
        try:
            build()
        except NotPermitted:
            sys.stderr.write("plans are not checked: the user of TEST_DATABASE_URL is no superuser\n")
            yield None
            return
        found = Planner()
    recorder = Recorder()
    execute_wrappers.install(recorder.record)
    used: set[str] = set()
    request.config.stash[_USED] = used
    yield recorder, found
    execute_wrappers.remove(recorder.record)
    found.note(used)
    found.close()


_USED = pytest.StashKey[set[str]]()


@pytest.fixture(autouse=True)
def plan_every_statement(
    request: pytest.FixtureRequest, planner: tuple[Recorder, Planner] | None
) -> Iterator[None]:
    """Fail a test whose statements would read or sort a whole large table."""
    yield
    if planner is None or not planner[0].pending:
        return
    recorder, asked = planner
    wrong = []
    while recorder.pending:
        sql, params, line = recorder.pending.pop()
        plans = [asked.plan, asked.plan_for_any] if sql in recorder.prepared else [asked.plan]
        for plan in plans:
            try:
                planned = plan(sql, params)
            except psycopg.Error:
                continue  # the test sends what PostgreSQL refuses, on purpose
            request.config.stash[_USED].update(planned.indexes)
            if planned.problems and not line.startswith(tuple(MAY_READ_ALL)):
                wrong.append(f"{line}\n  {'; '.join(planned.problems)}\n  {sql}")
    if wrong:
        pytest.fail("at a million accounts:\n" + "\n".join(wrong), pytrace=False)
