"""Calls of one request run at once, each with an outcome of its own."""

import contextvars
import threading
import time

import pytest
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from connectid.providers.concurrently import Done, Failed, at_once
from connectid.providers.errors import Rejected, Unavailable
from connectid.sandbox.models import SandboxMessage

request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id")


def test_values_by_name() -> None:
    assert at_once(5, one=lambda: 1, two=lambda: 2) == {"one": Done(1), "two": Done(2)}


def test_no_calls() -> None:
    assert at_once(5) == {}


def test_they_run_at_the_same_time() -> None:
    meeting = threading.Barrier(3, timeout=5)  # broken unless all three wait in it together
    outcomes = at_once(5, a=meeting.wait, b=meeting.wait, c=meeting.wait)
    assert sorted(outcome.result() for outcome in outcomes.values()) == [0, 1, 2]


def test_a_failure_is_captured_and_leaves_the_others_alone() -> None:
    def refuse() -> int:
        raise Rejected("no such account")

    outcomes = at_once(5, good=lambda: 1, bad=refuse)
    assert outcomes["good"].result() == 1
    with pytest.raises(Rejected, match="no such account"):
        outcomes["bad"].result()


def test_a_defect_is_captured_too() -> None:
    outcome = at_once(5, broken=lambda: 1 // 0)["broken"]
    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, ZeroDivisionError)


def test_a_call_that_hangs_is_unavailable_at_the_deadline() -> None:
    release = threading.Event()
    outcomes = at_once(0.1, hangs=lambda: release.wait(30), good=lambda: True)
    release.set()
    assert outcomes["good"] == Done(True)
    with pytest.raises(Unavailable, match="hangs"):
        outcomes["hangs"].result()


def test_calls_see_the_callers_context() -> None:
    request_id.set("abc")
    assert at_once(5, a=request_id.get, b=request_id.get) == {"a": Done("abc"), "b": Done("abc")}


def test_more_calls_than_threads_all_finish() -> None:
    def slow() -> int:
        time.sleep(0.001)
        return 1

    outcomes = at_once(30, **{f"call{number}": slow for number in range(200)})
    assert sum(outcome.result() for outcome in outcomes.values()) == 200


@pytest.mark.postgresql  # Django never closes SQLite in memory
@pytest.mark.django_db(transaction=True)
def test_no_connection_to_the_database_stays_open_in_a_thread() -> None:
    opened: list[BaseDatabaseWrapper] = []

    def ask() -> bool:
        opened.append(connections[DEFAULT_DB_ALIAS])
        return SandboxMessage.objects.exists()

    assert at_once(5, ask=ask) == {"ask": Done(False)}
    assert opened[0] is not connections[DEFAULT_DB_ALIAS]
    assert opened[0].connection is None


@pytest.mark.django_db
def test_a_test_that_is_rolled_back_sees_its_own_rows() -> None:
    SandboxMessage.objects.create(kind="sms", recipient="+1")
    assert at_once(5, ask=SandboxMessage.objects.count) == {"ask": Done(1)}
    assert connection.in_atomic_block
