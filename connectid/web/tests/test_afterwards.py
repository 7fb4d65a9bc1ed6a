"""Requests are told of together, a moment later; none is lost or told twice, whatever the log does."""

import json
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from prometheus_client import REGISTRY

from connectid.core import clock
from connectid.web import afterwards as module
from connectid.web import logging as logs
from connectid.web.afterwards import Afterwards
from connectid.web.answered import Answered


@pytest.fixture(autouse=True)
def _json_lines() -> Iterator[None]:
    logs.configure({"level": "INFO", "console": False, "hooks": False})
    yield
    logs.configure(settings.LOGGING)


type Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Lines:
    """The lines written since it was last asked."""
    return lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def answered(number: int, *, status: int = 200, route: str = "some/route") -> Answered:
    return Answered(clock.now(), f"{number:032x}", "GET", route, status, 0.0123, 2)


def counted(route: str) -> float:
    labels = {"route": route, "method": "GET", "status": "200"}
    return REGISTRY.get_sample_value("connectid_responses_total", labels) or 0.0


def test_at_once_unless_told_otherwise(lines: Lines) -> None:
    before = counted("some/route")
    Afterwards().note(answered(7))
    [line] = lines()
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "level": "info",
        "logger": "connectid.web.logging",
        "event": "request",
        "request_id": f"{7:032x}",
        "method": "GET",
        "route": "some/route",
        "status": 200,
        "duration_ms": 12.3,
        "statements": 2,
    }
    assert counted("some/route") == before + 1


def test_together_in_the_order_of_the_answers(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    writes: list[str] = []
    real = logs._flushed

    def note(stream: Any, text: str) -> None:
        writes.append(text)
        real(stream, text)

    monkeypatch.setattr(logs, "_flushed", note)
    told, before = Afterwards(together=True), counted("some/route")
    for number in range(50):
        told.note(answered(number))
    assert (lines(), counted("some/route")) == ([], before)
    told.catch_up()
    assert [int(line["request_id"], 16) for line in lines()] == list(range(50))
    assert len(writes) == 1
    assert counted("some/route") == before + 50
    told.catch_up()
    assert lines() == []


def test_what_nobody_counted_and_nobody_named(lines: Lines) -> None:
    told = Afterwards(together=True)
    told.note(answered(1)._replace(statements=None, request_id=None))
    told.catch_up()
    [line] = lines()
    assert {"statements", "request_id"}.isdisjoint(line)


def test_quiet_routes_are_counted_and_write_no_line(lines: Lines) -> None:
    told, before = Afterwards(together=True), counted("health/live")
    told.note(answered(1, route="health/live"))
    told.catch_up()
    assert lines() == []
    assert counted("health/live") == before + 1


def test_a_failure_is_told_at_once_and_what_went_before_it(lines: Lines) -> None:
    told = Afterwards(together=True)
    told.note(answered(1))
    told.note(answered(2, status=503))
    assert [line["status"] for line in lines()] == [200, 503]


def test_no_more_wait_than_the_log_can_take(lines: Lines) -> None:
    told = Afterwards(together=True)
    for number in range(module.MOST):
        told.note(answered(number))
    assert lines() == []
    told.note(answered(module.MOST))
    assert len(lines()) == module.MOST + 1


def test_many_threads_lose_none_and_tell_none_twice(lines: Lines) -> None:
    told = Afterwards(together=True)
    is_over = threading.Event()

    def answer(first: int) -> None:
        for number in range(first, first + 2000):
            told.note(answered(number))

    def keep_telling() -> None:
        while not is_over.is_set():
            told.catch_up()

    answering = [threading.Thread(target=answer, args=(first * 2000,)) for first in range(4)]
    telling = [threading.Thread(target=keep_telling) for _ in range(2)]
    for thread in (*answering, *telling):
        thread.start()
    for thread in answering:
        thread.join()
    is_over.set()
    for thread in telling:
        thread.join()
    told.catch_up()
    seen = Counter(int(line["request_id"], 16) for line in lines())
    assert (len(seen), set(seen.values())) == (8000, {1})


@pytest.mark.parametrize("error", [BrokenPipeError(), ValueError("I/O operation on closed file.")])
def test_a_log_that_takes_nothing_costs_its_lines_only(
    error: Exception, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise error

    told, before = Afterwards(together=True), counted("some/route")
    lost = REGISTRY.get_sample_value("connectid_request_lines_lost_total") or 0.0
    with monkeypatch.context() as patched:
        patched.setattr(logs, "_flushed", fail)
        for number in range(3):
            told.note(answered(number))
        told.note(answered(4, route="health/live"))  # which has no line
        told.catch_up()
    assert REGISTRY.get_sample_value("connectid_request_lines_lost_total") == lost + 3
    assert counted("some/route") == before + 3
    told.note(answered(9))
    told.catch_up()
    assert len(lines()) == 1


@pytest.mark.parametrize("together", [False, True])
def test_who_asks_how_the_server_is_does_not_wait_for_the_log(
    together: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_stuck, is_read = threading.Event(), threading.Event()

    def wait(*_: object) -> None:
        is_stuck.set()
        is_read.wait()

    monkeypatch.setattr(logs, "_flushed", wait)
    told, before = Afterwards(together=together), counted("health/live")
    waiting = threading.Thread(target=told.note, args=(answered(1, status=500),))
    waiting.start()
    is_stuck.wait()
    for number in range(3 * module.MOST):
        told.note(answered(number, route="health/live"))
    told.count()  # as /metrics does
    assert counted("health/live") == before + 3 * module.MOST
    is_read.set()
    waiting.join()


PROCESS = """
import sys, time
from django.conf import settings
settings.configure()
from connectid.core import clock
from connectid.web import logging as logs
from connectid.web.afterwards import WITHIN, of_process
from connectid.web.answered import Answered
logs.configure({"level": "INFO"})
of_process.start()
for number in range(2):
    of_process.note(Answered(clock.now(), None, "GET", "some/route", 200, 0.1, None))
    if "slowly" in sys.argv:
        time.sleep(10 * WITHIN)
        print("after", flush=True)
"""


@pytest.mark.parametrize("how", ["slowly", "and ends"])
def test_a_process_that_serves(how: str) -> None:
    """Each is told before long, whether or not more come; the end of the process waits for the last."""
    done = subprocess.run(  # noqa: S603 - our own interpreter, with our own code
        [sys.executable, "-c", PROCESS, how], capture_output=True, text=True, check=True, timeout=60
    )
    found = ["after" if line == "after" else json.loads(line)["event"] for line in done.stdout.splitlines()]
    assert found == (["request", "after"] * 2 if how == "slowly" else ["request"] * 2)
