"""Error reports: what leaves the server, read at a fake Sentry."""

import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
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
ROOT = Path(__file__).parents[3]


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


SERVER = """
import sentry_sdk
from connectid.config import wsgi
from connectid.testing.scene import basic
from tests.wire.both_ways import asked
for _ in range(5):
    asked(wsgi.application, "/users/heartbeat", {"Authorization": "Bearer none"}, method="POST")
print(type(wsgi._handler).__name__, len(sentry_sdk.get_isolation_scope()._event_processors))
"""


@pytest.mark.parametrize(("dsn", "handler"), [("", "Handler"), ("http://key@127.0.0.1:9/1", "WSGIHandler")])
def test_requests_of_a_server_leave_nothing_of_theirs_to_the_next(
    dsn: str, handler: str, tmp_path: Path
) -> None:
    """Sentry gives each request a scope of its own in Django's handler, and only there."""
    environment = {"ENVIRONMENT": "embedded", "DATA_DIR": str(tmp_path), "SENTRY_DSN": dsn}
    done = subprocess.run(  # noqa: S603 - our own interpreter, with our own code
        [sys.executable, "-c", SERVER], env=environment, cwd=ROOT, capture_output=True, text=True, check=True
    )  # fmt: skip
    assert f"{handler} 0" in done.stdout.splitlines()


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
