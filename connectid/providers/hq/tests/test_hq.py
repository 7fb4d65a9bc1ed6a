"""One suite for every HQ, then what keeps the real one on the public internet (E-54)."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from connectid.providers import hq
from connectid.providers.errors import Rejected, Unavailable
from connectid.providers.hq.http import HttpHq
from connectid.providers.hq.sandbox import REJECTED_SUFFIX, UNAVAILABLE_SUFFIX
from connectid.sandbox import inbox
from connectid.testing.fake_http import Answer, FakeHttpServer, Received

pytestmark = pytest.mark.django_db

SAID = {"invite_code": "a&b=é", "token": "t0ken"}


def fake_hq(request: Received) -> Answer:
    if request.path.endswith(REJECTED_SUFFIX):
        return Answer(400)
    if request.path.endswith(UNAVAILABLE_SUFFIX):
        return Answer(503)
    return Answer(200)


@pytest.fixture
def server() -> Iterator[FakeHttpServer]:
    with FakeHttpServer(fake_hq) as listening:
        yield listening


@pytest.fixture(params=["sandbox", "http"])
def place(request: pytest.FixtureRequest, settings: Settings, server: FakeHttpServer) -> str:
    """An address whose HQ is the one under test."""
    return f"{settings.PUBLIC_URL}/sandbox/partners/hq" if request.param == "sandbox" else f"{server.url}/a/x"


def test_a_confirmation_arrives(place: str) -> None:
    hq.pick().confirm_invite(url=place, **SAID)
    [shown] = inbox.messages(kind="callback", to=place)
    assert shown.payload == SAID


def test_a_project_that_refuses(place: str) -> None:
    with pytest.raises(Rejected):
        hq.pick().confirm_invite(url=f"{place}{REJECTED_SUFFIX}", **SAID)


def test_an_hq_that_is_down(place: str) -> None:
    with pytest.raises(Unavailable):
        hq.pick().confirm_invite(url=f"{place}{UNAVAILABLE_SUFFIX}", **SAID)


def test_it_is_a_form(server: FakeHttpServer) -> None:
    HttpHq(public_only=False).confirm_invite(url=f"{server.url}/a/x", **SAID)
    assert server.requests[0].form == {name: [text] for name, text in SAID.items()}


def test_no_redirect_is_followed(server: FakeHttpServer) -> None:
    server.answers(Answer(302, headers={"Location": "/elsewhere"}))
    with pytest.raises(Rejected):
        HttpHq(public_only=False).confirm_invite(url=f"{server.url}/a/x", **SAID)
    assert len(server.requests) == 1


def test_in_production_neither_http_nor_private_addresses(server: FakeHttpServer) -> None:
    """What a host resolves to is judged when it is called."""
    caller = HttpHq(public_only=True)
    with pytest.raises(Rejected):
        caller.confirm_invite(url=f"{server.url}/a/x", **SAID)
    for host in ("127.0.0.1", "localhost", "[::1]", "169.254.169.254", "10.0.0.1"):
        with pytest.raises(Unavailable):
            caller.confirm_invite(url=f"https://{host}/a/x", **SAID)
    assert server.requests == []
