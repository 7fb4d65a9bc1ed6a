"""Error reports: what leaves the server, read at a fake Sentry."""

import gzip
import json
from collections.abc import Iterator
from typing import Any

import pytest
import sentry_sdk
import structlog

from connectid.config import error_reports
from connectid.config.env import Environment
from connectid.jobs.draining import run_pending
from connectid.jobs.tests import sample_tasks
from connectid.testing.fake_http import Answer, FakeHttpServer

CANARY = "+265991234567"


@pytest.fixture
def sentry() -> Iterator[FakeHttpServer]:
    with FakeHttpServer(lambda _: Answer(200, json={})) as server:
        yield server
        sentry_sdk.get_client().close()
        sentry_sdk.get_global_scope().set_client(None)  # off again, for the tests that follow


def events(sentry: FakeHttpServer) -> list[dict[str, Any]]:
    """Every event that arrived."""
    sentry_sdk.flush(timeout=5)
    found = []
    for received in sentry.requests:
        body = (
            gzip.decompress(received.body)
            if received.headers["Content-Encoding"] == "gzip"
            else received.body
        )
        lines = [json.loads(line) for line in body.splitlines()]
        found += [line for line in lines if "exception" in line]
    return found


def fail(number: str) -> None:
    local = f"{number} in a variable"
    raise RuntimeError(f"{local} and in a message")


def test_types_and_places_leave_and_nothing_else(sentry: FakeHttpServer) -> None:
    dsn = sentry.url.replace("http://", "http://key@") + "/1"
    error_reports.start(Environment(SENTRY_DSN=dsn, ENVIRONMENT="test"), release="1.2.3")
    sentry_sdk.set_user({"id": CANARY})
    sentry_sdk.set_tag("number", CANARY)
    sentry_sdk.add_breadcrumb(message=CANARY)
    with structlog.contextvars.bound_contextvars(request_id="0123456789abcdef"):
        try:
            fail(CANARY)
        except RuntimeError:
            sentry_sdk.capture_exception()
    [event] = events(sentry)
    [exception] = event["exception"]["values"]
    assert exception["type"] == "RuntimeError"
    assert exception["stacktrace"]["frames"][-1]["function"] == "fail"
    assert (event["release"], event["environment"]) == ("1.2.3", "test")
    assert event["tags"] == {"request_id": "0123456789abcdef"}
    assert CANARY not in "".join(received.body.decode("latin1") for received in sentry.requests)
    assert CANARY not in json.dumps(event)


def test_without_an_address_nothing_is_started(sentry: FakeHttpServer) -> None:
    error_reports.start(Environment(ENVIRONMENT="test"), release="1.2.3")
    assert not sentry_sdk.get_client().is_active()
    assert events(sentry) == []


@pytest.mark.django_db
def test_a_fault_of_a_job_is_reported_with_its_task_and_a_foreseen_failure_is_not(
    sentry: FakeHttpServer,
) -> None:
    dsn = sentry.url.replace("http://", "http://key@") + "/1"
    error_reports.start(Environment(SENTRY_DSN=dsn, ENVIRONMENT="test"), release="1.2.3")
    sample_tasks.give_up.enqueue()
    job = sample_tasks.stumble.enqueue(CANARY)
    run_pending()
    [event] = events(sentry)
    assert event["transaction"] == sample_tasks.stumble.module_path
    assert event["tags"] == {"job_id": job.id, "task": sample_tasks.stumble.module_path, "attempt": "1"}
    assert event["exception"]["values"][0]["type"] == "ValueError"
    assert CANARY not in json.dumps(event)
