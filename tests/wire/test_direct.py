"""Endpoints are answered in front of the middlewares (connectid/web/direct.py) as they would be behind them."""

import io
import json
import time
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
import structlog
from django.conf import settings as django_settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import OperationalError, connection
from django.test import override_settings
from pytest_django import Settings
from structlog.testing import capture_logs

from connectid.core import clock, primary
from connectid.messaging.operations import messages
from connectid.testing.partners import new_channel, new_partner
from connectid.testing.scene import EnrolledPhone
from connectid.web import afterwards, fast_path
from connectid.web import logging as logs
from connectid.web.answered import Answered
from connectid.web.direct import Handler
from connectid.web.exact_routes import endpoints
from connectid.web.gateway import Application, gateway
from connectid.web.query_budget import REPEATS_ALLOWED
from tests.wire.both_ways import POLL, asked

pytestmark = pytest.mark.django_db

MIDDLEWARE = [name for name in django_settings.MIDDLEWARE if not name.endswith("EndpointsDirectly")]
PATHS = [path for path in endpoints() if path.endswith("/") or f"{path}/" not in endpoints()]
"""One of each two that differ by a slash."""

SEND = "/messaging/send_message/"
REQUESTS: dict[str, dict[str, Any]] = {
    "nothing": {"method": "GET"},
    "an old version": {"method": "GET", "headers": {"Accept": "application/json; version=1.0"}},
    "no JSON wanted": {"method": "POST", "headers": {"Accept": "text/html"}},
    "a method of none": {"method": "PROPFIND"},
    "options": {"method": "OPTIONS"},
    "head": {"method": "HEAD"},
    "an empty body": {"method": "POST"},
    "no JSON": {"method": "POST", "body": b"{", "CONTENT_TYPE": "application/json"},
    "an object": {"method": "POST", "body": b'{"a": 1}', "CONTENT_TYPE": "application/json; charset=utf-8"},
    "a form": {"method": "POST", "body": b"a=1&token=x", "CONTENT_TYPE": "application/x-www-form-urlencoded"},
    "of no type": {"method": "POST", "body": b"a", "CONTENT_TYPE": "text/csv"},
    "over TLS": {"method": "GET", "wsgi.url_scheme": "https"},
    "below a prefix": {"method": "GET", "SCRIPT_NAME": "/prefix"},
}


@pytest.fixture(scope="module")
def direct() -> Application:
    return gateway(Handler())


@pytest.fixture(scope="module")
def behind() -> Application:
    """The same endpoints behind all middlewares."""
    with override_settings(MIDDLEWARE=MIDDLEWARE):
        return gateway(WSGIHandler())


def ask(application: Application, path: str, /, *, body: bytes = b"", **more: Any) -> Any:
    length: dict[str, Any] = (
        {"CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body)} if body else {}
    )
    return asked(application, path, more.pop("headers", {}), **length, **more)


@pytest.mark.any_database
@pytest.mark.parametrize("given", REQUESTS)
def test_strangers_are_answered_alike(
    direct: Application, behind: Application, given: str, subtests: pytest.Subtests
) -> None:
    for path in PATHS:
        with subtests.test(path), clock.frozen():
            assert ask(direct, path, **REQUESTS[given]) == ask(behind, path, **REQUESTS[given])


@pytest.mark.any_database
@pytest.mark.parametrize("given", REQUESTS)
def test_phones_are_answered_alike(
    direct: Application, behind: Application, phone: EnrolledPhone, given: str, subtests: pytest.Subtests
) -> None:
    """Of reads and of what is refused; what writes would find the other's."""
    for path in PATHS:
        with subtests.test(path), clock.frozen():
            asked_for = {**REQUESTS[given], "headers": phone.headers | REQUESTS[given].get("headers", {})}
            found, again = ask(direct, path, **asked_for), ask(behind, path, **asked_for)
            assert (found[0], found[1].keys()) == (again[0], again[1].keys())


@pytest.fixture
def noted() -> Iterator[list[Answered]]:
    """What is told of requests."""
    seen: list[Answered] = []
    with mock.patch.object(afterwards.of_process, "note", seen.append):
        yield seen


@pytest.fixture
def message(phone: EnrolledPhone) -> dict[str, Any]:
    """A request for a message of the phone."""
    channel = new_channel(new_partner(), phone.account.pk)
    content = {"ciphertext": "YQ==", "nonce": "Yg==", "tag": "Yw=="}
    body = {"message_id": str(channel.pk), "channel": str(channel.pk), "content": content}
    return {
        "method": "POST",
        "headers": phone.headers,
        "body": json.dumps(body).encode(),
        "CONTENT_TYPE": "application/json",
    }


def test_each_is_told_once(direct: Application, message: dict[str, Any], noted: list[Answered]) -> None:
    assert ask(direct, SEND, **message)[0] == "201 Created"
    assert ask(direct, "/users/", method="GET")[0] == "200 OK"
    assert ask(direct, "/no/such/place", method="GET")[0] == "404 Not Found"
    assert [(one.route, one.method, one.status) for one in noted] == [
        ("messaging/send_message", "POST", 201),
        ("users", "GET", 200),
        ("unmatched", "GET", 404),
    ]
    assert noted[0].statements
    assert len({one.request_id for one in noted}) == 3


@pytest.mark.parametrize(("error", "status"), [(OperationalError, "503"), (LookupError, "500")])
def test_what_fails_is_done_once_and_worded_behind_them(
    direct: Application,
    behind: Application,
    message: dict[str, Any],
    noted: list[Answered],
    monkeypatch: pytest.MonkeyPatch,
    error: type[Exception],
    status: str,
) -> None:
    done: list[object] = []

    def fail(**given: object) -> None:
        done.append(given)
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        time.sleep(0.02)
        raise error

    monkeypatch.setattr(messages, "send_to_server", fail)
    (found, headers, body), (_, by_middlewares, other) = (
        ask(application, SEND, **message) for application in (direct, behind)
    )
    assert found.startswith(status)
    assert headers == by_middlewares
    assert (body == other) is (status == "503")  # a fault's text names the request's id
    assert len(done) == 2
    told = [(one.status, one.statements, one.seconds >= 0.02) for one in noted]
    assert told == [(int(status), told[1][1], True)] * 2


def test_a_fault_has_one_id_in_its_lines_and_its_answer(
    direct: Application,
    message: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(**_: object) -> None:
        structlog.get_logger(__name__).info("before_the_fault")
        raise LookupError

    monkeypatch.setattr(messages, "send_to_server", fail)
    logs.configure({"level": "INFO", "console": False, "hooks": False})
    try:
        _, _, body = ask(direct, SEND, **message)
    finally:
        logs.configure(django_settings.LOGGING)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    ids = {line["request_id"] for line in lines}
    assert {"before_the_fault", "unhandled_exception", "request"} <= {line["event"] for line in lines}
    assert len(ids) == 1
    assert ids.pop() in body.decode()


def test_a_repeated_statement_is_named_though_the_endpoint_fails(
    direct: Application,
    behind: Application,
    message: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
) -> None:
    def fail(**_: object) -> None:
        for _number in range(REPEATS_ALLOWED + 1):
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        raise LookupError

    settings.REPEATED_STATEMENTS = "warn"
    monkeypatch.setattr(messages, "send_to_server", fail)
    with capture_logs() as logged:
        for application in (direct, behind):
            assert ask(application, SEND, **message)[0].startswith("500")
    told = [(one["route"], one["at"]) for one in logged if one["event"] == "statement_repeated"]
    assert len(told) == 2
    assert len(set(told)) == 1


def test_what_the_short_way_spent_before_it_gave_up_is_told(
    phone: EnrolledPhone, noted: list[Answered], monkeypatch: pytest.MonkeyPatch
) -> None:
    def give_up(*_: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        time.sleep(0.02)
        raise LookupError

    monkeypatch.setattr(fast_path, "_answered", give_up)
    asked(fast_path.fast_path(gateway(Handler())), POLL, phone.headers)
    [one] = noted
    assert (one.status, one.statements) == (200, 4)  # each way looked for the device
    assert one.seconds >= 0.02


@pytest.mark.parametrize("path", [SEND, "/toggles/"])
def test_the_connection_is_given_back(direct: Application, message: dict[str, Any], path: str) -> None:
    with mock.patch.object(primary, "give_back") as given_back:
        direct(
            {
                "REQUEST_METHOD": "GET",
                "PATH_INFO": path,
                "wsgi.input": io.BytesIO(),
                "SERVER_NAME": "testserver",
                "SERVER_PORT": "80",
                "wsgi.url_scheme": "http",
            },
            lambda *_: None,
        )
    assert given_back.called
