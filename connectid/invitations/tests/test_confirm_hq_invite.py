"""POST /users/confirm_hq_invite (contract 9; E-54)."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from connectid.invitations import callbacks
from connectid.sandbox import inbox
from connectid.testing.fake_http import Answer, FakeHttpServer, Received
from connectid.testing.scene import EnrolledPhone, new_phone
from connectid.testing.statements import count_statements
from connectid.testing.tokens import new_token

PATH = "/users/confirm_hq_invite"
FAILED = (500, {"error": "Failed to reach callback URL"})

pytestmark = pytest.mark.django_db


@pytest.fixture
def phone() -> EnrolledPhone:
    return new_phone()


@pytest.fixture
def hq(settings: Settings) -> Iterator[FakeHttpServer]:
    """An HQ on a socket, trusted by the settings."""

    def answer(request: Received) -> Answer:
        assert not connection.in_atomic_block or len(connection.savepoint_ids) == 0  # only the test's own
        statuses = {"/a/refuses/": 400, "/a/down/": 503, "/a/moved/": 302}
        return Answer(statuses.get(request.path, 200), headers={"Location": "/a/malaria/"})

    with FakeHttpServer(answer) as server:
        settings.HQ_INVITE_CALLBACKS = callbacks.parse(f"{server.url}/a/")
        yield server


def confirm(client: Client, phone: EnrolledPhone, address: str, **changes: Any) -> Any:
    body = {"invite_code": "a-code", "user_token": "a-token", "callback_url": address} | changes
    return client.post(PATH, body, content_type="application/json", headers=phone.headers)


def test_hq_hears_of_it(client: Client, phone: EnrolledPhone, hq: FakeHttpServer) -> None:
    answer = confirm(client, phone, f"{hq.url}/a/malaria/")
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    [request] = hq.requests
    assert (request.method, request.path) == ("POST", "/a/malaria/")
    assert request.form == {"invite_code": ["a-code"], "token": ["a-token"]}


@pytest.mark.parametrize("project", ["refuses", "down", "moved"])
def test_an_hq_that_does_not_take_it(
    client: Client, phone: EnrolledPhone, hq: FakeHttpServer, project: str
) -> None:
    """Asked once, and no redirect is followed."""
    answer = confirm(client, phone, f"{hq.url}/a/{project}/")
    assert (answer.status_code, answer.json()) == FAILED
    assert len(hq.requests) == 1


def test_an_hq_that_is_not_there(client: Client, phone: EnrolledPhone, settings: Settings) -> None:
    with FakeHttpServer() as gone:
        address = f"{gone.url}/a/malaria/"
    settings.HQ_INVITE_CALLBACKS = callbacks.parse(address.removesuffix("malaria/"))
    answer = confirm(client, phone, address)
    assert (answer.status_code, answer.json()) == FAILED


def test_the_sandbox_plays_hq(client: Client, phone: EnrolledPhone, settings: Settings) -> None:
    place = f"{settings.PUBLIC_URL}/sandbox/partners/hq/confirm"
    assert confirm(client, phone, place).status_code == 200
    [shown] = inbox.messages(kind="callback", to=place)
    assert shown.payload == {"invite_code": "a-code", "token": "a-token"}
    for ending in ("/rejected", "/unavailable"):
        assert confirm(client, phone, place + ending).status_code == 500


def test_an_address_that_is_not_trusted(client: Client, phone: EnrolledPhone, hq: FakeHttpServer) -> None:
    """The rules are those of forward_hq_invite; nobody is called."""
    for address in (f"{hq.url}/b/", f"{hq.url}/a/../b/", "http://169.254.169.254/a/x", ""):
        answer = confirm(client, phone, address)
        assert (answer.status_code, answer.json()) == (400, {"error": "Unauthorized callback URL"})
    assert hq.requests == []


@pytest.mark.parametrize("name", ["invite_code", "user_token"])
@pytest.mark.parametrize("given", [None, "", 7, "x" * 4097])
def test_what_is_missing(client: Client, phone: EnrolledPhone, name: str, given: Any) -> None:
    answer = confirm(client, phone, "https://www.commcarehq.org/a/malaria/", **{name: given})
    assert (answer.status_code, answer.json()) == (400, {"error": "MISSING_DATA"})


def test_who_may_not(client: Client) -> None:
    """A1 alone (E-03)."""
    for headers in ({}, new_token().headers):
        answer = client.post(PATH, {}, content_type="application/json", headers=headers)
        assert answer.status_code == 401


def test_a_worker_confirms_a_bounded_number_of_times(
    client: Client, phone: EnrolledPhone, settings: Settings
) -> None:
    place = f"{settings.PUBLIC_URL}/sandbox/partners/hq/confirm"
    assert [confirm(client, phone, place).status_code for _ in range(31)] == [200] * 30 + [429]


def test_statements(client: Client, phone: EnrolledPhone, hq: FakeHttpServer) -> None:
    """The device, beside the two of the sandbox's inbox."""
    confirm(client, phone, f"{hq.url}/a/malaria/")
    with count_statements() as statements:
        confirm(client, phone, f"{hq.url}/a/malaria/")
    assert len(statements) == 3
