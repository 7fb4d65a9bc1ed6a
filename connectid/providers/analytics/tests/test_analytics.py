"""One suite for every analytics service, then what is Google's alone."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from pytest_django import Settings

from connectid.providers import analytics
from connectid.providers.analytics import Occurrence
from connectid.providers.analytics.google import client_id
from connectid.providers.analytics.sandbox import REJECTED, UNAVAILABLE
from connectid.providers.errors import Rejected, Unavailable
from connectid.testing.fake_http import Answer, FakeHttpServer, Received

AT = datetime(2026, 7, 22, 10, 11, 12, 345_678, tzinfo=UTC)
PERSON = "f" * 32

pytestmark = pytest.mark.django_db


def fake_google(request: Received) -> Answer:
    name = request.json()["events"][0]["name"]
    return Answer({REJECTED: 413, UNAVAILABLE: 503}.get(name, 204))


@pytest.fixture
def vendor(settings: Settings) -> Iterator[FakeHttpServer]:
    with FakeHttpServer(fake_google) as server:
        settings.GA_URL = server.url
        settings.GA_MEASUREMENT_ID = "G-TEST"
        settings.GA_API_SECRET = "secret"
        yield server


@pytest.fixture(params=["sandbox", "google"])
def service(
    request: pytest.FixtureRequest, settings: Settings, vendor: FakeHttpServer
) -> analytics.Analytics:
    if request.param == "sandbox":
        settings.GA_API_SECRET = ""
    return analytics.pick()


def test_it_takes_note(service: analytics.Analytics) -> None:
    service.tell(Occurrence("account_enrolled", AT, PERSON, {"invited": "yes"}))


def test_what_it_does_not_want(service: analytics.Analytics) -> None:
    with pytest.raises(Rejected):
        service.tell(Occurrence(REJECTED, AT))


def test_an_outage(service: analytics.Analytics) -> None:
    with pytest.raises(Unavailable):
        service.tell(Occurrence(UNAVAILABLE, AT))


def test_what_google_hears(vendor: FakeHttpServer) -> None:
    analytics.pick().tell(Occurrence("account_enrolled", AT, PERSON, {"invited": "yes"}))
    [request] = vendor.requests
    assert (request.method, request.path) == ("POST", "/mp/collect")
    assert request.query == {"measurement_id": ["G-TEST"], "api_secret": ["secret"]}
    assert request.json() == {
        "client_id": client_id(PERSON),
        "timestamp_micros": 1784715072345678,
        "non_personalized_ads": True,
        "events": [{"name": "account_enrolled", "params": {"invited": "yes"}}],
    }


def test_nobody_in_particular(vendor: FakeHttpServer) -> None:
    analytics.pick().tell(Occurrence("credentials_awarded", AT, details={"awards": 3}))
    assert vendor.requests[0].json()["client_id"] == "0.0"


def test_a_reset_is_not_repeated_here(vendor: FakeHttpServer) -> None:
    """Google may have counted it."""
    vendor.answers(Answer(reset=True))
    with pytest.raises(Unavailable):
        analytics.pick().tell(Occurrence("account_enrolled", AT))
    assert len(vendor.requests) == 1


def test_reasons_hold_no_secret(vendor: FakeHttpServer) -> None:
    vendor.answers(Answer(400))
    with pytest.raises(Rejected) as refused:
        analytics.pick().tell(Occurrence("account_enrolled", AT))
    assert "secret" not in str(refused.value)


def test_off_unless_configured(settings: Settings) -> None:
    settings.GA_MEASUREMENT_ID = ""
    assert not analytics.is_on()
