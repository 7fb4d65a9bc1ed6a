"""When FCM is slow, down or gone, and when our own process forks."""

import os
import threading
import warnings
from functools import partial

import pytest
from prometheus_client import REGISTRY

from connectid.providers import push
from connectid.providers.push import Delivered, NotFinished, Outcome, Push, TryLater, fcm_requests
from connectid.providers.push.fcm import FAILURES_IN_A_ROW
from connectid.providers.push.tests.fake_fcm import FakeFcm, fcm_error
from connectid.testing.at_once import at_once
from connectid.testing.fake_http import Answer, Received


def pushes(number: int, end: str = "") -> list[Push]:
    return [Push(f"address-{n}{end}", {}) for n in range(number)]


def send(number: int, end: str = "", *, deadline: float = 20) -> list[Outcome]:
    return push.pick().send(pushes(number, end), deadline=deadline)


def counted(outcome: str) -> float:
    return REGISTRY.get_sample_value("connectid_pushes_total", {"outcome": outcome}) or 0


def test_what_is_ready_at_the_deadline_is_told(fcm: FakeFcm) -> None:
    before = counted("NotFinished")
    outcomes = push.pick().send([*pushes(3), *pushes(2, "-slow")], deadline=1)
    assert [type(outcome) for outcome in outcomes[:3]] == [Delivered] * 3
    assert outcomes[3:] == [NotFinished(begun=True)] * 2
    assert counted("NotFinished") - before == 2


def test_what_was_not_begun_was_not_sent(fcm: FakeFcm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fcm_requests, "MOST_IN_FLIGHT", 2)
    outcomes = send(5, "-slow", deadline=1)
    assert outcomes == [NotFinished(begun=True)] * 2 + [NotFinished(begun=False)] * 3
    assert len(fcm.asked) == 2


def test_no_time_at_all(fcm: FakeFcm) -> None:
    send(1)
    assert send(3, deadline=0) == [NotFinished(begun=False)] * 3
    assert len(fcm.asked) == 1


def test_never_more_in_flight_than_agreed(fcm: FakeFcm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fcm_requests, "MOST_IN_FLIGHT", 5)
    lock, now, most = threading.Lock(), 0, 0
    answer = fcm.server.respond

    def watched(received: Received) -> Answer:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        try:
            return answer(received)
        finally:
            with lock:
                now -= 1

    fcm.server.respond = watched
    at_once(*[partial(send, 20)] * 4)
    assert len(fcm.asked) == 80
    assert most <= 5


def test_a_push_is_not_waited_for_for_ever(fcm: FakeFcm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fcm_requests, "PATIENCE", 0.2)
    assert send(1, "-slow") == [TryLater("fcm did not answer in time")]


def test_a_short_deadline_does_not_speak_against_fcm(fcm: FakeFcm) -> None:
    assert send(2 * FAILURES_IN_A_ROW, "-slow", deadline=0.5)[0] == NotFinished(begun=True)
    assert isinstance(send(1)[0], Delivered)


def test_an_outage_is_left_alone_for_a_while(fcm: FakeFcm) -> None:
    assert {type(outcome) for outcome in send(FAILURES_IN_A_ROW, "-unavailable")} == {TryLater}
    asked = len(fcm.asked)
    (refused,) = send(1)
    assert isinstance(refused, TryLater)
    assert refused.retry_after is not None
    assert 0 < refused.retry_after <= 30
    assert len(fcm.asked) == asked


def test_fcm_at_a_third_of_errors_is_still_asked(fcm: FakeFcm) -> None:
    fcm.answers = [
        fcm_error(503, "UNAVAILABLE") if number % 3 == 0 else Answer(json={"name": "n"})
        for number in range(300)
    ]
    outcomes = send(300)
    assert sum(isinstance(outcome, Delivered) for outcome in outcomes) == 200
    assert len(fcm.asked) == 300


def test_a_quota_says_that_fcm_works(fcm: FakeFcm) -> None:
    send(2 * FAILURES_IN_A_ROW, "-quota")
    assert isinstance(send(1)[0], Delivered)


@pytest.mark.parametrize("used_before", [False, True], ids=["fresh", "used_before"])
def test_a_forked_process_sends_by_itself(fcm: FakeFcm, used_before: bool) -> None:
    sender = push.pick()
    if used_before:
        send(10)
    with warnings.catch_warnings(
        action="ignore", category=DeprecationWarning
    ):  # of forks where there are threads
        child = os.fork()
    if child == 0:
        status = 1
        try:
            works = all(isinstance(outcome, Delivered) for outcome in send(10)) and push.pick() is sender
            push.pick().close()
            status = 0 if works else 2
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert {type(outcome) for outcome in send(10)} == {Delivered}
    assert len(fcm.asked) == 30 if used_before else 20


def test_closing_and_sending_again(fcm: FakeFcm) -> None:
    for _ in range(3):
        assert isinstance(send(1)[0], Delivered)
        push.pick().close()
