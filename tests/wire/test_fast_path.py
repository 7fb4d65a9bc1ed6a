"""What phones poll is answered by a short way (connectid/web/fast_path.py): the same bytes and headers as by the long one, or by the long one."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.wsgi import get_wsgi_application
from django.db import OperationalError
from django.test import override_settings
from psycopg.errors import QueryCanceled
from psycopg_pool import PoolTimeout
from pytest_django import Settings
from structlog.testing import capture_logs

from connectid.core import clock, ratelimit
from connectid.devices.authentication import device_basic
from connectid.devices.models import Device
from connectid.devices.operations import credentials as device_credentials
from connectid.messaging import polling
from connectid.notifications.models import Notification
from connectid.testing.fake_http import Answer, FakeHttpServer
from connectid.testing.scene import EnrolledPhone, basic
from connectid.web import fast_path as module
from connectid.web.exact_routes import endpoints
from connectid.web.fast_path import fast_path
from connectid.web.query_budget import REPEATS_ALLOWED
from tests.wire.both_ways import FAST, POLL, Ways, asked, long_way

pytestmark = pytest.mark.django_db


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
    assert found == asked(long_way, POLL, phone.headers)


def test_a_database_that_fails(ways: Ways, phone: EnrolledPhone, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(account_id: int) -> None:
        raise OperationalError

    monkeypatch.setattr(polling, "poll", fail)
    found = asked(ways.application, POLL, phone.headers)
    assert found[0] == "503 Service Unavailable"
    assert found[1]["retry-after"] == "5"
    assert ways.long == 1


@pytest.mark.parametrize("waited_for", [PoolTimeout, QueryCanceled])
def test_nobody_waits_twice_for_a_database_that_hangs(
    ways: Ways, phone: EnrolledPhone, monkeypatch: pytest.MonkeyPatch, waited_for: type[Exception]
) -> None:
    asked_for: list[int] = []

    def hang(account_id: int) -> None:
        asked_for.append(account_id)
        raise OperationalError from waited_for()

    monkeypatch.setattr(polling, "poll", hang)
    found = asked(ways.application, POLL, phone.headers)
    assert (found[0], found[1]["retry-after"]) == ("503 Service Unavailable", "5")
    assert len(asked_for) == 1
    assert found == asked(long_way, POLL, phone.headers)


def test_a_refusal_of_the_endpoint_is_asked_for_once(
    ways: Ways, phone: EnrolledPhone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asking again would call CommCare Connect, and charge the phone, a second time."""
    charged: list[str] = []
    monkeypatch.setattr(ratelimit, "spend", lambda limit, key: charged.append(key))
    with FakeHttpServer() as connect:
        connect.answers(Answer(500))
        here = {
            "CONNECT_URL": connect.url,
            "COMMCARE_CONNECT_CLIENT_ID": "us",
            "COMMCARE_CONNECT_CLIENT_SECRET": "ours",
        }
        with override_settings(**here):
            found = asked(ways.application, "/toggles/", phone.headers)
            times = len(connect.requests)
            assert found == asked(long_way, "/toggles/", phone.headers)
        assert len(connect.requests) == 2 * times
    assert found[0] == "503 Service Unavailable"
    assert len(charged) == 2


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


def test_development_is_told_of_a_repeated_statement(
    phone: EnrolledPhone, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.REPEATED_STATEMENTS = "warn"
    real = polling.poll

    def repeat(account_id: int) -> Any:
        return [real(account_id) for _ in range(REPEATS_ALLOWED + 1)][-1]

    monkeypatch.setattr(polling, "poll", repeat)
    with capture_logs() as logs:
        for ways in (Ways().application, long_way):
            assert asked(ways, POLL, phone.headers)[0] == "200 OK"
    told = [(one["route"], one["at"]) for one in logs if one["event"] == "statement_repeated"]
    assert len(told) == 2
    assert len(set(told)) == 1


def test_fast_endpoints_have_one_scheme_and_take_nothing() -> None:
    for path in FAST:
        view = endpoints()[path]
        assert view.auth is not None
        assert len(view.auth) == 1
        assert not view._components()
        assert not hasattr(view, "post")
    assert set(module._table()) == set(FAST)
