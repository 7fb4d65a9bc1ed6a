"""What is FCM's alone: its requests, its errors, our access tokens."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from pytest_django import Settings
from structlog.testing import capture_logs

from connectid.providers import push
from connectid.providers.push import (
    BadMessage,
    DeadAddress,
    Delivered,
    Misconfigured,
    Outcome,
    Push,
    TryLater,
)
from connectid.providers.push.tests.fake_fcm import FakeFcm, fcm_error, violation
from connectid.testing.fake_http import Answer


def send(number: int = 1, *, deadline: float = 20) -> list[Outcome]:
    return push.pick().send([Push(f"address-{n}", {"n": n}) for n in range(number)], deadline=deadline)


def kinds(outcomes: Sequence[Outcome]) -> set[type]:
    return {type(outcome) for outcome in outcomes}


def test_the_request(fcm: FakeFcm) -> None:
    assert send() == [Delivered("projects/a-project/messages/address-0")]
    (request,) = fcm.asked
    assert (request.method, request.path) == ("POST", "/v1/projects/a-project/messages:send")
    assert request.headers["Authorization"] == "Bearer access-1"
    assert request.headers["Content-Type"] == "application/json"
    assert request.json() == {
        "message": {"token": "address-0", "data": {"n": "0"}, "android": {"priority": "high"}}
    }


def test_a_hundred_are_in_flight_at_once(fcm: FakeFcm) -> None:
    fcm.meeting = threading.Barrier(100)
    assert kinds(send(100)) == {Delivered}


def test_every_thread_uses_the_same_loop_and_the_same_connections(fcm: FakeFcm) -> None:
    with ThreadPoolExecutor(8) as threads:
        for outcomes in threads.map(lambda _: send(20), range(16)):
            assert kinds(outcomes) == {Delivered}
    assert [thread.name for thread in threading.enumerate()].count("provider-loop") == 1
    assert len(fcm.asked) == 320
    assert (
        fcm.server.connections < 200
    )  # 160 are in flight at most; a few more when the fake is slow to accept
    assert fcm.issued == 1


def test_an_access_token_that_ended_is_replaced_once_for_all(fcm: FakeFcm) -> None:
    send()
    fcm.ended = {"access-1"}
    assert kinds(send(50)) == {Delivered}
    assert fcm.issued == 2


def test_an_access_token_that_never_works_is_an_alarm(fcm: FakeFcm) -> None:
    fcm.ended = {f"access-{number}" for number in range(9)}
    with capture_logs() as logs:
        assert send() == [Misconfigured("fcm answered 401 UNAUTHENTICATED")]
    assert {"event": "push_misconfigured", "provider": "fcm", "count": 1, "log_level": "error"} in logs
    assert push.pick().check(deadline=5) == "fcm answered 401 UNAUTHENTICATED"


def test_a_service_account_that_google_refuses(fcm: FakeFcm) -> None:
    fcm.token_answers = [Answer(400, json={"error": "invalid_grant"})]
    assert kinds(send(3)) == {Misconfigured}
    assert fcm.asked == []


def test_no_access_token_for_now(fcm: FakeFcm) -> None:
    fcm.token_answers = [Answer(503)] * 3
    assert kinds(send(3)) == {TryLater}
    assert kinds(send(3)) == {Delivered}


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (fcm_error(503, "UNAVAILABLE", Retry_After="17"), TryLater("fcm answered 503", 17)),
        (fcm_error(500, "INTERNAL"), TryLater("fcm answered 500", None)),
        (fcm_error(429, "QUOTA_EXCEEDED", Retry_After="7"), TryLater("fcm answered 429", 60)),
        (fcm_error(429, "QUOTA_EXCEEDED", Retry_After="90"), TryLater("fcm answered 429", 90)),
        (
            fcm_error(401, "THIRD_PARTY_AUTH_ERROR"),
            Misconfigured("fcm answered 401 THIRD_PARTY_AUTH_ERROR"),
        ),
        (Answer(404, body=b"<html>no such page"), Misconfigured("fcm answered 404 UNKNOWN")),
        (Answer(404, json={"error": {"status": "NOT_FOUND"}}), Misconfigured("fcm answered 404 NOT_FOUND")),
        (
            fcm_error(400, "INVALID_ARGUMENT", violation("message.token"), violation("message.android")),
            BadMessage("fcm refused the message: INVALID_ARGUMENT"),
        ),
        (
            fcm_error(
                400,
                "INVALID_ARGUMENT",
                message="The registration token is not a valid FCM registration token",
            ),
            DeadAddress("invalid"),
        ),
        (
            fcm_error(400, "INVALID_ARGUMENT", message="Request contains an invalid argument."),
            BadMessage("fcm refused the message: INVALID_ARGUMENT"),
        ),
        (
            Answer(400, json={"error": {"status": "+265 991 234 567", "details": "none"}}),
            BadMessage("fcm refused the message: UNKNOWN"),
        ),
        (Answer(400, json={"error": "no"}), BadMessage("fcm refused the message: UNKNOWN")),
        (Answer(302, headers={"Location": "/else"}), TryLater("fcm answered 302", None)),
        (
            Answer(200, body=b"<html>sign in to the network"),
            TryLater("fcm gave an answer that is not its own"),
        ),
        (Answer(200, json=[]), TryLater("fcm gave an answer that is not its own")),
        (Answer(200, json={"name": ""}), TryLater("fcm gave an answer that is not its own")),
        (Answer(200, body=b"x" * 70_000), TryLater("fcm sent more than was allowed")),
        (Answer(200, json={"name": "n"}, cut_after=5), TryLater("fcm broke the connection")),
    ],
)
def test_answers(fcm: FakeFcm, answer: Answer, outcome: Outcome) -> None:
    fcm.answers = [answer, answer]
    assert send() == [outcome]


def test_a_kept_connection_that_died_is_replaced(fcm: FakeFcm) -> None:
    send()
    fcm.answers = [Answer(reset=True)]
    assert kinds(send()) == {Delivered}


def test_connections_that_always_break(fcm: FakeFcm) -> None:
    fcm.answers = [Answer(reset=True)] * 2
    assert send() == [TryLater("fcm broke the connection")]
    assert len(fcm.asked) == 2


def test_nobody_listens(fcm: FakeFcm, settings: Settings) -> None:
    settings.FCM_API_URL = "http://127.0.0.1:1"
    assert send() == [TryLater("fcm could not be reached")]
    assert "could not be reached" in push.pick().check(deadline=5)


@pytest.mark.parametrize("url", ["nowhere", "ftp://127.0.0.1"])
def test_an_address_that_is_none(fcm: FakeFcm, settings: Settings, url: str) -> None:
    settings.FCM_API_URL = url
    assert kinds(send()) == {TryLater}
