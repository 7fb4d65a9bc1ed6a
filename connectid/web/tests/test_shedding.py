"""What is answered where there is no turn, and what is answered nevertheless (contract 4, 14.5)."""

from collections.abc import Iterable
from typing import Any

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from connectid.web import shedding
from connectid.web.gateway import Environ, StartResponse
from connectid.web.turns import Turns


class Answers:
    """A wrapped application of which each request asks with a path."""

    def __init__(self, turns: Turns) -> None:
        self.answer = shedding.shedding(self._serve, turns)
        self.served: list[str] = []
        self.fails = False

    def _serve(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        self.served.append(environ["PATH_INFO"])
        if self.fails:
            raise RuntimeError
        start_response("200 OK", [])
        return [b"served"]

    def get(self, path: str) -> tuple[str, dict[str, str], bytes]:
        started: list[Any] = []
        body = self.answer({"PATH_INFO": path}, lambda *said: started.append(said))
        (status, headers), *_ = started
        return status, dict(headers), b"".join(body)


@pytest.fixture
def turns() -> Turns:
    return Turns(at_once=1, queue=0, patience=60)


@pytest.fixture
def answers(turns: Turns) -> Answers:
    return Answers(turns)


def refused() -> float:
    return REGISTRY.get_sample_value("connectid_shed_requests_total", {"reason": "full"}) or 0.0


@pytest.mark.parametrize("path", ["/o/token/", "/o/userinfo", "/users/start_configuration", "/toggles"])
def test_everybody_is_told_later_in_plain_text(answers: Answers, turns: Turns, path: str) -> None:
    before = refused()
    assert turns.take()
    status, headers, body = answers.get(path)
    assert (status, headers["Content-Type"]) == ("503 Service Unavailable", "text/plain; charset=utf-8")
    assert int(headers["Content-Length"]) == len(body)
    assert (answers.served, refused()) == ([], before + 1)


def test_those_who_are_told_together_come_again_apart(answers: Answers, turns: Turns) -> None:
    assert turns.take()
    told = {answers.get("/users/fetch_users")[1]["Retry-After"] for _ in shedding.RETRY_AFTER}
    assert told == {str(seconds) for seconds in range(5, 31)}


@pytest.mark.parametrize("path", sorted(shedding.EXEMPT))
def test_probes_need_no_turn(answers: Answers, turns: Turns, path: str) -> None:
    assert turns.take()
    assert answers.get(path)[2] == b"served"


def test_a_turn_comes_back_whatever_became_of_it(answers: Answers) -> None:
    answers.fails = True
    for _ in range(3):
        with pytest.raises(RuntimeError):
            answers.get("/toggles")
    answers.fails = False
    assert answers.get("/toggles")[2] == b"served"


def test_the_log_says_when_it_began_and_when_it_ended(
    answers: Answers, turns: Turns, monkeypatch: pytest.MonkeyPatch
) -> None:
    with capture_logs() as logs:
        assert turns.take()
        for _ in range(3):
            answers.get("/toggles")
        turns.give_back()
        answers.get("/toggles")
        monkeypatch.setattr(shedding, "QUIET", 0.0)
        for _ in range(2):
            answers.get("/toggles")
    assert [(one["event"], one.get("refused")) for one in logs] == [
        ("overload_began", None),
        ("overload_ended", 3),
    ]
