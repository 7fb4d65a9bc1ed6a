"""What phones poll is answered by a short way (connectid/web/fast_path.py): the same bytes and headers as by the long one, or by the long one."""

import io
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import OperationalError, close_old_connections
from django.test import Client

from connectid.core import clock, ratelimit
from connectid.devices.authentication import device_basic
from connectid.devices.models import Device
from connectid.devices.operations import credentials as device_credentials
from connectid.messaging import queries
from connectid.notifications.models import Notification
from connectid.testing.partners import new_channel, new_partner, send
from connectid.testing.scene import EnrolledPhone, basic, new_phone
from connectid.web import fast_path as module
from connectid.web.exact_routes import endpoints
from connectid.web.fast_path import fast_path
from connectid.web.gateway import gateway

pytestmark = pytest.mark.django_db

FAST = sorted(path for path, view in endpoints().items() if view.fast)
POLL = "/messaging/retrieve_notifications/"
OWN = {"X-Request-ID"}
"""Of each answer."""

long_way = gateway(get_wsgi_application())


@pytest.fixture
def phone(client: Client) -> EnrolledPhone:
    """A phone with channels and messages."""
    phone = new_phone()
    partner = new_partner()
    for name in ("Malaria", 'Ñandú "quoted" \\ é'):
        channel = new_channel(partner, phone.account.pk, name=name)
        for _ in range(2):
            send(client, partner, channel)
    return phone


@contextmanager
def connection_kept() -> Iterator[None]:
    """Neither way gives the connection back, for the test's transaction is on it; Django's test client sees to the same."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        with mock.patch.object(module, "close_old_connections"):
            yield
    finally:
        for signal in signals:
            signal.connect(close_old_connections)


class Ways:
    """The application with its short way, and how often the long one was asked."""

    def __init__(self) -> None:
        self.long = 0
        self.application = gateway(fast_path(self._long))

    def _long(self, environ: Any, start_response: Any) -> Any:
        self.long += 1
        return get_wsgi_application()(environ, start_response)


@pytest.fixture
def ways() -> Ways:
    return Ways()


def asked(application: Any, path: str, headers: dict[str, str], *, method: str = "GET", **more: str) -> Any:
    """Status, headers without those of their own, body."""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_LENGTH": "",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()},
        **more,
    }
    began: list[tuple[str, list[tuple[str, str]]]] = []
    with connection_kept():
        body = b"".join(
            application(environ, lambda status, sent, exc_info=None: began.append((status, sent)))
        )
    status, sent = began[0]
    return status, {name.lower(): value for name, value in sent if name not in OWN}, body


def test_which_they_are() -> None:
    paths = {path.rstrip("/") for path in FAST}
    assert paths == {
        "/messaging/retrieve_messages",
        "/messaging/retrieve_notifications",
        "/toggles",
        "/users/credentials",
        "/users/fetch_db_key",
    }


@pytest.mark.parametrize("path", FAST)
@pytest.mark.parametrize(
    "accept", [None, "application/json", "application/json;version=1.0", "*/*; version=2.0"]
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_same_answer(
    ways: Ways, phone: EnrolledPhone, path: str, accept: str | None, scheme: str
) -> None:
    headers = {**phone.headers, **({"Accept": accept} if accept else {})}
    with clock.frozen():
        short = asked(ways.application, path, headers, **{"wsgi.url_scheme": scheme})
        assert short == asked(long_way, path, headers, **{"wsgi.url_scheme": scheme})
    assert short[0] == "200 OK"
    assert ways.long == 0


def test_what_a_poll_says(ways: Ways, phone: EnrolledPhone) -> None:
    _, _, body = asked(ways.application, POLL, phone.headers)
    polled = json.loads(body)
    assert len(polled["channels"]) == 2
    assert len(polled["notifications"]) == 4


def test_an_id_of_its_own(phone: EnrolledPhone) -> None:
    seen: list[dict[str, str]] = []
    environ_of = {"REMOTE_ADDR": "127.0.0.1"}
    for _ in range(2):
        asked(_noting(fast_path(get_wsgi_application()), seen), POLL, phone.headers, **environ_of)
    ids = [headers["X-Request-ID"] for headers in seen]
    assert len(set(ids)) == 2
    assert all(len(found) == 32 for found in ids)


def _noting(application: Any, seen: list[dict[str, str]]) -> Any:
    def answer(environ: Any, start_response: Any) -> Any:
        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
            seen.append(dict(headers))
            start_response(status, headers)

        return application(environ, start)

    return answer


def strangers() -> Iterator[tuple[str, dict[str, str]]]:
    yield "nobody", {}
    yield "no base64", {"Authorization": "Basic %%%"}
    yield "unknown", basic("f" * 20, "0" * 64)
    yield "another scheme", {"Authorization": "Bearer something"}
    yield "a version that is none", {"Accept": "application/json;version=9.9"}
    yield "no JSON", {"Accept": "text/html"}


@pytest.mark.parametrize("path", FAST)
@pytest.mark.parametrize(("who", "headers"), list(strangers()))
def test_refusals_come_the_long_way(ways: Ways, path: str, who: str, headers: dict[str, str]) -> None:
    found = asked(ways.application, path, headers)
    assert found == asked(long_way, path, headers)
    assert ways.long == (0 if found[0] == "200 OK" and ways.long == 0 else 1)


@pytest.mark.parametrize("change", ["closed", "recovered elsewhere"])
def test_who_may_not_call_any_more(ways: Ways, phone: EnrolledPhone, change: str) -> None:
    assert asked(ways.application, POLL, phone.headers)[0] == "200 OK"
    if change == "closed":
        phone.account.is_active = False
        phone.account.save()
    else:
        now = clock.now()
        device_credentials.issue(account_id=phone.account.pk, installation_id="new", model="New", at=now)
    found = asked(ways.application, POLL, phone.headers)
    assert found == asked(long_way, POLL, phone.headers)
    assert found[0] == "401 Unauthorized"
    assert ways.long == 1


def test_a_use_is_noted_by_the_short_way_too(ways: Ways, phone: EnrolledPhone) -> None:
    """Phones poll every hour, so every other poll has it to do."""
    with clock.frozen(clock.now() + timedelta(hours=2)) as time:
        assert asked(ways.application, POLL, phone.headers)[0] == "200 OK"
        noted = Device.objects.values_list("last_accessed_at", flat=True).get(account=phone.account)
        assert noted == time.at
    assert ways.long == 0


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "OPTIONS"])
def test_other_methods(ways: Ways, phone: EnrolledPhone, method: str) -> None:
    assert asked(ways.application, POLL, phone.headers, method=method) == asked(
        long_way, POLL, phone.headers, method=method
    )
    assert ways.long == 1


@pytest.mark.parametrize("more", [{"CONTENT_LENGTH": "2"}, {"HTTP_TRANSFER_ENCODING": "chunked"}])
def test_a_body_that_nobody_sends(ways: Ways, phone: EnrolledPhone, more: dict[str, str]) -> None:
    asked(ways.application, POLL, phone.headers, **more)
    assert ways.long == 1


def test_a_spent_limit(ways: Ways, phone: EnrolledPhone, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refused once, in the endpoint's words."""

    def spent(limit: ratelimit.Limit, key: str) -> None:
        raise ratelimit.Throttled

    monkeypatch.setattr(ratelimit, "spend", spent)
    found = asked(ways.application, POLL, phone.headers)
    assert found[0] == "429 Too Many Requests"
    assert ways.long == 1


def test_a_database_that_fails(ways: Ways, phone: EnrolledPhone, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(account_id: int) -> None:
        raise OperationalError

    monkeypatch.setattr(queries, "poll", fail)
    found = asked(ways.application, POLL, phone.headers)
    assert found[0] == "503 Service Unavailable"
    assert found[1]["retry-after"] == "5"
    assert ways.long == 1


def test_no_try_is_counted_twice(ways: Ways, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong credential may be somebody's password: it is tried, and counted, by the long way alone."""
    tried: list[str] = []
    real = device_basic.authenticate

    def authenticate(request: Any, credentials: str) -> Any:
        tried.append(credentials)
        return real(request, credentials)

    monkeypatch.setattr(device_basic, "authenticate", authenticate)
    asked(ways.application, POLL, basic("f" * 20, "0" * 64))
    assert len(tried) == 1


def test_statements(ways: Ways, phone: EnrolledPhone, capsys: pytest.CaptureFixture[str]) -> None:
    asked(ways.application, POLL, phone.headers)
    [line] = [
        json.loads(line) for line in capsys.readouterr().out.splitlines() if '"event":"request"' in line
    ]
    assert (line["route"], line["status"], line["statements"]) == ("messaging/retrieve_notifications", 200, 2)
    assert len(line["request_id"]) == 32
    assert Notification.objects.filter(account=phone.account).count() == 4


def test_fast_endpoints_have_one_scheme_and_take_nothing() -> None:
    for path in FAST:
        view = endpoints()[path]
        assert view.auth is not None
        assert len(view.auth) == 1
        assert not view._components()
        assert not hasattr(view, "post")
    assert set(module._table()) == set(FAST)
