"""One suite for the real Connect and the sandbox, then the wire of the real one (contract section 11)."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from connectid.providers import connect
from connectid.providers.connect import Connect, Toggle
from connectid.providers.connect.commcare import CommCareConnect
from connectid.providers.connect.sandbox import UNAVAILABLE_SUFFIX, SandboxConnect
from connectid.providers.errors import Rejected, Unavailable
from connectid.sandbox import inbox, invited
from connectid.testing.fake_http import Answer, FakeHttpServer, Received

pytestmark = pytest.mark.django_db

INVITED = f"+26599123{invited.SUFFIX}"
STRANGER = "+265991234567"
OUTAGE = f"+26599123{UNAVAILABLE_SUFFIX}"


def fake_connect(request: Received) -> Answer:
    number = (request.query.get("phone_number") or request.query.get("number") or [""])[0]
    if number == OUTAGE:
        return Answer(503)
    if request.path == "/users/invited_user/":
        return Answer(json={"invited": number == INVITED})
    if request.path == "/users/toggles/":
        return Answer(json={"toggles": []})
    return Answer(200)


@pytest.fixture
def vendor(settings: Settings) -> Iterator[FakeHttpServer]:
    with FakeHttpServer(fake_connect) as server:
        settings.CONNECT_URL = f"{server.url}/"
        settings.COMMCARE_CONNECT_CLIENT_ID = "us"
        settings.COMMCARE_CONNECT_CLIENT_SECRET = "secret"
        yield server


@pytest.fixture(params=["sandbox", "commcare"])
def either(request: pytest.FixtureRequest, settings: Settings) -> Connect:
    if request.param == "commcare":
        request.getfixturevalue("vendor")
    else:
        settings.CONNECT_URL = ""
    return connect.pick()


def test_who_is_invited(either: Connect) -> None:
    assert either.is_invited(INVITED)
    assert not either.is_invited(STRANGER)


def test_no_toggles(either: Connect) -> None:
    assert either.toggles() == either.toggles(username="u") == either.toggles(phone_number=STRANGER) == {}


def test_an_outage(either: Connect) -> None:
    with pytest.raises(Unavailable) as failure:
        either.is_invited(OUTAGE)
    assert "99123" not in failure.value.reason
    with pytest.raises(Unavailable):
        either.toggles(phone_number=OUTAGE)


def test_it_can_be_told(either: Connect) -> None:
    either.resend_invites(phone_number=STRANGER, username="u", name="Amina")
    either.update_profile(username="u", name="Amina")


def test_a_number_registered_in_the_sandbox_is_invited(settings: Settings) -> None:
    settings.CONNECT_URL = ""
    invited.register(STRANGER)
    assert connect.pick().is_invited(STRANGER)


def test_the_sandbox_shows_what_connect_is_told(settings: Settings) -> None:
    settings.CONNECT_URL = ""
    connect.pick().resend_invites(phone_number=STRANGER, username="u", name="Amina")
    (message,) = inbox.messages()
    assert (message.subject, message.payload["name"]) == ("resend_invites", "Amina")


@pytest.mark.usefixtures("vendor")
def test_half_a_configuration_is_the_sandbox(settings: Settings) -> None:
    assert isinstance(connect.pick(), CommCareConnect)
    settings.COMMCARE_CONNECT_CLIENT_SECRET = ""
    assert isinstance(connect.pick(), SandboxConnect)


def test_invite_request(vendor: FakeHttpServer) -> None:
    connect.pick().is_invited(STRANGER)
    (request,) = vendor.requests
    assert (request.method, request.path) == ("GET", "/users/invited_user/")
    assert request.query == {"phone_number": [STRANGER]}
    assert request.headers["Authorization"] == "Basic dXM6c2VjcmV0"


def test_toggles_are_asked_by_username_or_number(vendor: FakeHttpServer) -> None:
    """Contract E-35: the parameter is `number`."""
    connect.pick().toggles(username="u", phone_number=STRANGER)
    connect.pick().toggles(phone_number=STRANGER)
    connect.pick().toggles()
    assert [request.query for request in vendor.requests] == [{"username": ["u"]}, {"number": [STRANGER]}, {}]


def test_toggles_keep_their_dates_as_they_came(vendor: FakeHttpServer) -> None:
    """Contract 2.3 and 5.1: Connect's dates pass through unchanged."""
    vendor.answers(
        Answer(
            json={
                "toggles": [
                    {
                        "name": "a",
                        "active": True,
                        "created": "2026-07-22T10:11:12.345Z",
                        "modified": "whenever",
                    },
                    {"name": "b", "active": False, "created": None, "more": 1},
                    {"name": "c", "active": "yes"},
                    {"name": "", "active": True},
                    {"active": True},
                    "d",
                ],
                "news": {},
            }
        )
    )
    assert connect.pick().toggles() == {
        "a": Toggle(active=True, created_at="2026-07-22T10:11:12.345Z", modified_at="whenever"),
        "b": Toggle(active=False),
    }


@pytest.mark.parametrize("answer", [{}, {"toggles": None}, {"toggles": 5}, {"toggles": {}}, []], ids=repr)
def test_an_answer_without_a_list_does_not_switch_everything_off(
    vendor: FakeHttpServer, answer: object
) -> None:
    vendor.answers(Answer(json=answer))
    with pytest.raises(Unavailable):
        connect.pick().toggles()


@pytest.mark.parametrize(
    "answer",
    [
        Answer(json={}),
        Answer(json={"invited": "false"}),
        Answer(json={"invited": None}),
        Answer(json=[]),
        Answer(body=b"<html>"),
        Answer(401),
        Answer(403),
        Answer(302, headers={"Location": "/login"}),
    ],
    ids=repr,
)
def test_an_answer_that_does_not_say_is_no_answer(vendor: FakeHttpServer, answer: Answer) -> None:
    vendor.answers(answer)
    with pytest.raises(Unavailable):
        connect.pick().is_invited(STRANGER)


def test_posts_are_forms(vendor: FakeHttpServer) -> None:
    connect.pick().resend_invites(phone_number=STRANGER, username="u", name="Amina Ç & Co")
    connect.pick().update_profile(username="u", name="Amina")
    first, second = vendor.requests
    assert (first.method, first.path) == ("POST", "/users/resend_invites/")
    assert first.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert first.form == {"phone_number": [STRANGER], "username": ["u"], "name": ["Amina Ç & Co"]}
    assert (second.path, second.form) == ("/users/update_profile/", {"username": ["u"], "name": ["Amina"]})


def test_a_refused_profile_is_rejected(vendor: FakeHttpServer) -> None:
    vendor.answers(Answer(400, json={"error": "no such user"}))
    with pytest.raises(Rejected, match="400"):
        connect.pick().update_profile(username="u", name="Amina")


def test_the_deadline_is_the_callers(vendor: FakeHttpServer) -> None:
    vendor.answers(Answer(json={"invited": True}, delay=9))
    with pytest.raises(Unavailable, match="in time"):
        connect.pick().is_invited(STRANGER, deadline=0.2)
