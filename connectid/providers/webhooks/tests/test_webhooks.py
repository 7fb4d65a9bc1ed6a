"""One suite for every caller of partners. What keeps the real one on the public internet is in ``test_public_only.py``."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from connectid.providers import webhooks
from connectid.providers._deadline import is_public
from connectid.providers.errors import Rejected, Unavailable
from connectid.providers.webhooks.http import HttpWebhooks
from connectid.providers.webhooks.sandbox import REJECTED_SUFFIX, UNAVAILABLE_SUFFIX, SandboxWebhooks
from connectid.sandbox import inbox
from connectid.testing.fake_http import Answer, FakeHttpServer, Received

pytestmark = pytest.mark.django_db

BODY = '{"channel_id": "é", "messages": []}'.encode()
HEADERS = {"Content-Type": "application/json", "X-MAC-DIGEST": "bWFj"}


def fake_partner(request: Received) -> Answer:
    if request.path.endswith(REJECTED_SUFFIX):
        return Answer(400)
    if request.path.endswith(UNAVAILABLE_SUFFIX):
        return Answer(503)
    return Answer(200)


@pytest.fixture
def partner() -> Iterator[FakeHttpServer]:
    with FakeHttpServer(fake_partner) as server:
        yield server


@pytest.fixture(params=["sandbox", "http"])
def place(request: pytest.FixtureRequest, settings: Settings, partner: FakeHttpServer) -> str:
    """An address whose caller is the one under test."""
    if request.param == "sandbox":
        return f"{settings.PUBLIC_URL}/sandbox/partners/hq/delivery"
    return f"{partner.url}/delivery"


def test_a_call_arrives(place: str) -> None:
    """What the inbox shows is what was sent."""
    webhooks.pick().post(url=place, body=BODY, headers=HEADERS)
    [shown] = inbox.messages(kind="callback")
    assert (shown.recipient, shown.payload["body"]["channel_id"]) == (place, "é")


def test_a_partner_that_refuses(place: str) -> None:
    with pytest.raises(Rejected):
        webhooks.pick().post(url=f"{place}{REJECTED_SUFFIX}", body=BODY, headers=HEADERS)


def test_a_partner_that_is_down(place: str) -> None:
    with pytest.raises(Unavailable):
        webhooks.pick().post(url=f"{place}{UNAVAILABLE_SUFFIX}", body=BODY, headers=HEADERS)


def test_the_bytes_that_were_signed_are_sent(partner: FakeHttpServer) -> None:
    """13.3: serialised once."""
    HttpWebhooks(public_only=False).post(url=f"{partner.url}/delivery", body=BODY, headers=HEADERS)
    [received] = partner.requests
    assert (received.method, received.body) == ("POST", BODY)
    assert received.headers["X-MAC-DIGEST"] == "bWFj"
    assert received.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_are_refused_and_not_followed(partner: FakeHttpServer, status: int) -> None:
    """A redirect would carry a signed message to wherever it says."""
    partner.answers(Answer(status, headers={"Location": f"{partner.url}/elsewhere"}))
    with pytest.raises(Rejected):
        HttpWebhooks(public_only=False).post(url=f"{partner.url}/delivery", body=BODY, headers=HEADERS)
    assert len(partner.requests) == 1


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_what_may_succeed_later(partner: FakeHttpServer, status: int) -> None:
    """And is tried once only here: the relay decides when it is tried again."""
    partner.answers(Answer(status), Answer(200))
    with pytest.raises(Unavailable):
        HttpWebhooks(public_only=False).post(url=f"{partner.url}/delivery", body=BODY, headers=HEADERS)
    assert len(partner.requests) == 1


def test_a_long_answer_is_not_read(partner: FakeHttpServer) -> None:
    """64 KiB and no more."""
    partner.answers(Answer(200, body=b"x" * 10_000_000))
    with pytest.raises(Unavailable):
        HttpWebhooks(public_only=False).post(url=f"{partner.url}/delivery", body=BODY, headers=HEADERS)


def test_production_calls_the_public_internet_only(settings: Settings) -> None:
    """Unless an operator says otherwise."""
    settings.ENVIRONMENT = "production"
    settings.ALLOW_PRIVATE_CALLBACKS = False
    caller = webhooks.pick()
    assert isinstance(caller, HttpWebhooks)
    with pytest.raises(Rejected):
        caller.post(url="http://partner.example.org/", body=BODY, headers=HEADERS)


def test_elsewhere_everything_is_shown(settings: Settings) -> None:
    assert isinstance(webhooks.pick(), SandboxWebhooks)


@pytest.mark.parametrize("address", ["8.8.8.8", "196.1.2.3", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_what_is_public(address: str) -> None:
    assert is_public(address)
