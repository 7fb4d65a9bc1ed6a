"""No personal fact reaches a log, whichever way it tries."""

import json
import logging
import logging.config
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from django.conf import settings as django_settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from pytest_django import Settings

from connectid.web import logging as module

PHONE, CODE, TOKEN = "+255712345612", "482913", "f3a9" * 16
NAME, PLACE, EMAIL = "Amina Yusuf", "-6.7924 39.2083", "amina@example.org"
CANARIES = (PHONE, PHONE[1:], CODE, TOKEN, NAME, PLACE, EMAIL)
EVERYTHING = " ".join(CANARIES)

log = structlog.get_logger(__name__)
library = logging.getLogger("some.library")


class RefusedWithDetails(Exception):
    """Quotes what it refused, as most exceptions do."""


def fail() -> None:
    phone_number = PHONE  # a local variable, which a traceback with locals would show
    raise RefusedWithDetails(phone_number, {"otp": CODE, "token": TOKEN}, NAME, PLACE, EMAIL)


def fail_in_a_chain() -> None:
    try:
        fail()
    except RefusedWithDetails as error:
        error.add_note(EVERYTHING)
        raise LookupError(EVERYTHING) from error


def fail_in_a_group() -> None:
    raise ExceptionGroup(EVERYTHING, [RefusedWithDetails(PHONE), ValueError(CODE)])


def broken_view(request: HttpRequest, anything: str = "") -> HttpResponse:
    fail_in_a_chain()
    return HttpResponse()


def good_view(request: HttpRequest, anything: str = "") -> HttpResponse:
    return HttpResponse("ok")


urlpatterns = [
    path("good/<str:anything>", good_view),
    path("broken/<str:anything>", broken_view),
    path("health/live", good_view),
]
handler500 = "connectid.web.pages.fault"
handler404 = "connectid.web.pages.not_found"


@pytest.fixture(autouse=True)
def _json_lines(settings: Settings) -> Iterator[None]:
    settings.ROOT_URLCONF = __name__
    module.configure({"level": "DEBUG", "console": False, "hooks": False})
    yield
    module.configure(django_settings.LOGGING)


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Callable[[], list[dict[str, Any]]]:
    """The lines logged so far, after looking for canaries in all that was written."""

    def read() -> list[dict[str, Any]]:
        out, err = capsys.readouterr()
        for canary in CANARIES:
            assert canary not in out
            assert canary not in err
        assert err == ""
        return [json.loads(line) for line in out.splitlines()]

    return read


type Lines = Callable[[], list[dict[str, Any]]]


def test_a_line_says_when_where_and_what(lines: Lines) -> None:
    log.info("code_sent", transport="sms", attempt=2)
    [line] = lines()
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "level": "info",
        "logger": __name__,
        "event": "code_sent",
        "transport": "sms",
        "attempt": 2,
    }


@pytest.mark.parametrize("canary", CANARIES)
def test_own_events_drop_what_is_not_allowed(canary: str, lines: Lines) -> None:
    log.info(
        "code_sent", phone_number=canary, code=canary, count=canary, provider=[canary], extra={"a": canary}
    )
    log.info(canary)
    log.info("sent to %s", canary)
    log.bind(name=canary, reason=canary).warning("refused")
    message = f"could not send to {canary}"
    log.error(message)
    with structlog.contextvars.bound_contextvars(phone_number=canary, provider=canary):
        log.info("code_sent")
    found = lines()
    events = ["code_sent", "unnamed_event", "unnamed_event", "refused", "unnamed_event", "code_sent"]
    assert [line["event"] for line in found] == events
    assert found[0]["dropped"] == 2
    assert found[0]["redacted"] == ["code", "count", "provider"]


@pytest.mark.parametrize("failing", [fail, fail_in_a_chain, fail_in_a_group])
def test_exceptions_are_types_and_places(failing: Callable[[], None], lines: Lines) -> None:
    try:
        failing()
    except Exception as error:
        log.exception("it_failed")
        library.exception(EVERYTHING)
        log.critical("it_failed", exc_info=True)
        log.warning("it_failed", exc_info=error)
        log.warning("it_failed", exc_info=(type(error), error, error.__traceback__))
    outlines = [line["traceback"] for line in lines()]
    assert len(outlines) == 5
    outline = outlines[0]
    for other in outlines:
        assert other == outline
        assert outline["frames"][0].startswith("connectid/web/tests/test_logging.py:")
        assert outline["frames"][-1].endswith(f":{failing.__name__}")
    if failing is fail_in_a_chain:
        assert outline["type"] == "LookupError"
        assert outline["cause"]["type"] == f"{__name__}.RefusedWithDetails"
    if failing is fail_in_a_group:
        assert [member["type"] for member in outline["members"]] == [
            f"{__name__}.RefusedWithDetails",
            "ValueError",
        ]


@pytest.mark.django_db
def test_database_errors_keep_their_state_and_lose_their_values(lines: Lines) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s, nosuchfunction(%s)", [PHONE, NAME])
    except Exception:
        log.exception("query_failed")
    [line] = lines()
    assert line["traceback"]["type"].startswith("django.db.utils.")
    if connection.vendor == "postgresql":
        assert line["traceback"]["cause"]["sqlstate"] == "42883"


def test_libraries_are_reduced_to_where_they_spoke(lines: Lines) -> None:
    library.warning("sending to %s: %s", PHONE, {"code": CODE})
    message = f"sending to {EVERYTHING}"
    library.error(message, extra={"phone_number": PHONE}, stack_info=True)
    logging.getLogger(f"user.{PHONE}").error("hello")
    message = f"Invalid HTTP_HOST header: {EMAIL}"
    logging.getLogger("django.security.DisallowedHost").error(message)
    library.info("below what libraries may say: %s", PHONE)
    found = lines()
    assert [line["event"] for line in found] == ["library_message"] * 4
    assert [line["logger"] for line in found] == [
        "some.library",
        "some.library",
        "unnamed",
        "django.security.DisallowedHost",
    ]
    assert all(line["at"].startswith("test_logging:") for line in found)


def test_read_loggers_keep_their_message_without_its_arguments(lines: Lines) -> None:
    logging.getLogger("_granian.serve").error("Started worker-1")
    logging.getLogger("psycopg.pool").warning("error connecting in %r: %s", "pool-1", EVERYTHING)
    message = f"Application callable raised an exception\nValueError: {PHONE}"
    logging.getLogger("_granian").error(message)
    assert [line["event"] for line in lines()] == [
        "Started worker-1",
        "error connecting in %r: %s",
        "Application callable raised an exception",
    ]


def test_a_record_that_cannot_be_told_is_told_of() -> None:
    told: list[dict[str, Any]] = []

    def write(line: dict[str, Any], exception: BaseException | None) -> None:
        if not told:
            told.append({})
            raise OSError(EVERYTHING)
        told.append(line)

    module.LibraryHandler(write).handle(logging.makeLogRecord({"msg": EVERYTHING, "name": "some.library"}))
    assert told[1:] == [{"level": "error", "logger": "logging", "event": "log_line_lost"}]


def test_warnings_and_uncaught_exceptions_go_the_same_way(
    lines: Lines, monkeypatch: pytest.MonkeyPatch, recwarn: pytest.WarningsRecorder
) -> None:
    for place, name in ((sys, "excepthook"), (threading, "excepthook"), (warnings, "showwarning")):
        monkeypatch.setattr(place, name, getattr(place, name))
    module.configure({"level": "INFO", "console": False, "hooks": True})
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    try:
        fail_in_a_chain()
    except LookupError:
        sys.excepthook(*sys.exc_info())
    warnings.showwarning(f"odd number {PHONE}", UserWarning, "file.py", 1)
    logging.captureWarnings(False)
    found = lines()
    assert [line["event"] for line in found] == [
        "uncaught_exception",
        "uncaught_exception",
        "library_message",
    ]
    assert found[0]["traceback"]["type"] == f"{__name__}.RefusedWithDetails"


@pytest.mark.parametrize("address", ["good", "broken", "unknown"])
def test_requests_leave_one_line_by_route(address: str, lines: Lines) -> None:
    response = Client(raise_request_exception=False).generic(
        "POST",
        f"/{address}/{PHONE}?phone_number={PHONE}&name={NAME}",
        json.dumps({"otp": CODE, "gps_location": PLACE}),
        content_type="application/json",
        headers={
            "Authorization": f"Bearer {TOKEN}",
            "User-Agent": EVERYTHING,
            "Referer": EMAIL,
            "X-Request-ID": TOKEN,
            "X-Forwarded-For": PHONE,
            "Cookie": f"sessionid={TOKEN}",
        },
    )
    found = lines()
    *_, line = found
    assert [line["event"] for line in found[:-1]] == (["unhandled_exception"] if address == "broken" else [])
    assert line["event"] == "request"
    assert line["method"] == "POST"
    assert line["route"] == ("unmatched" if address == "unknown" else f"{address}/<str:anything>")
    assert line["status"] == response.status_code == {"good": 200, "broken": 500, "unknown": 404}[address]
    assert line["statements"] == 0
    assert line["duration_ms"] >= 0
    assert all(line["request_id"] == response.headers["X-Request-ID"] for line in found)


def test_a_client_cannot_write_a_line_by_its_method(lines: Lines) -> None:
    Client().generic("Amina", "/good/x")
    assert [line["method"] for line in lines()] == ["OTHER"]


def test_probes_are_told_only_when_debugging(lines: Lines) -> None:
    Client().get("/health/live")
    assert [line["level"] for line in lines()] == ["debug"]
    module.configure({"level": "INFO", "console": False})
    Client().get("/health/live")
    assert lines() == []


def test_on_a_terminal_lines_are_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    module.configure({"level": "INFO", "console": True})
    log.info("code_sent", transport="sms", phone_number=PHONE)
    try:
        fail()
    except RefusedWithDetails:
        log.exception("it_failed")
    out, err = capsys.readouterr()
    assert out == ""
    first, *rest = err.splitlines()
    assert "code_sent" in first
    assert PHONE not in first
    assert "RefusedWithDetails" in rest[-1]  # with its message: a developer's own terminal is no log


def test_granian_hands_its_lines_to_ours() -> None:
    before = logging.getLogger().handlers[:]
    logging.config.dictConfig({"version": 1, "disable_existing_loggers": False} | module.granian_config())
    assert logging.getLogger("_granian").handlers == []
    assert logging.getLogger("_granian").propagate
    assert logging.getLogger().handlers == before
