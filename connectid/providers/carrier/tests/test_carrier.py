"""One suite for every carrier look-up, then what is Twilio's alone."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from connectid.providers import carrier
from connectid.providers.carrier import Line, LineType
from connectid.providers.carrier.sandbox import (
    LANDLINE_SUFFIX,
    REJECTED_SUFFIX,
    UNAVAILABLE_SUFFIX,
    VOIP_SUFFIX,
)
from connectid.providers.errors import Rejected, Unavailable
from connectid.testing.fake_http import Answer, FakeHttpServer, Received


def fake_twilio(request: Received) -> Answer:
    number = request.path.rpartition("/")[2]
    if number.endswith(REJECTED_SUFFIX):
        return Answer(404, json={"code": 20404, "message": f"{number} was not found", "status": 404})
    if number.endswith(UNAVAILABLE_SUFFIX):
        return Answer(503)
    kind = {LANDLINE_SUFFIX: "landline", VOIP_SUFFIX: "voip"}.get(number[-4:], "mobile")
    return Answer(
        json={"country_code": "TZ", "carrier": {"name": "Sandbox", "type": kind, "error_code": None}}
    )


@pytest.fixture
def vendor(settings: Settings) -> Iterator[FakeHttpServer]:
    with FakeHttpServer(fake_twilio) as server:
        settings.TWILIO_LOOKUPS_URL = server.url
        settings.TWILIO_ACCOUNT_SID = "AC0"
        settings.TWILIO_AUTH_TOKEN = "secret"
        settings.SMS_PROVIDER = "twilio"
        yield server


@pytest.fixture(params=["sandbox", "twilio"])
def lookup(
    request: pytest.FixtureRequest,
    settings: Settings,
    vendor: FakeHttpServer,  # set up before the setting is chosen
) -> carrier.CarrierLookup:
    settings.SMS_PROVIDER = request.param
    return carrier.pick()


@pytest.mark.parametrize(
    ("number", "line_type"),
    [
        ("+255712345678", LineType.MOBILE),
        (f"+25571234{LANDLINE_SUFFIX}", LineType.LANDLINE),
        (f"+25571234{VOIP_SUFFIX}", LineType.VOIP),
    ],
)
def test_line_types(lookup: carrier.CarrierLookup, number: str, line_type: LineType) -> None:
    assert lookup.look_up(number) == Line(line_type, carrier="Sandbox", country="TZ")


def test_a_number_that_does_not_exist(lookup: carrier.CarrierLookup) -> None:
    with pytest.raises(Rejected) as failure:
        lookup.look_up(f"+25571234{REJECTED_SUFFIX}")
    assert "25571234" not in failure.value.reason


def test_an_outage(lookup: carrier.CarrierLookup) -> None:
    with pytest.raises(Unavailable) as failure:
        lookup.look_up(f"+25571234{UNAVAILABLE_SUFFIX}")
    assert "25571234" not in failure.value.reason


def test_twilio_request(vendor: FakeHttpServer) -> None:
    carrier.pick().look_up("+255712345678")
    (request,) = vendor.requests
    assert (request.path, request.query) == ("/v1/PhoneNumbers/%2B255712345678", {"Type": ["carrier"]})
    assert request.headers["Authorization"] == "Basic QUMwOnNlY3JldA=="


@pytest.mark.parametrize(
    "answer",
    [{}, {"carrier": None, "country_code": None}, {"carrier": {"name": None, "type": None}}, {"carrier": []}],
)
def test_twilio_does_not_know(vendor: FakeHttpServer, answer: object) -> None:
    vendor.answers(Answer(json=answer))
    assert carrier.pick().look_up("+255712345678") == Line(LineType.UNKNOWN, carrier="", country="")


@pytest.mark.parametrize(
    "answer", [Answer(401), Answer(403), Answer(302), Answer(body=b"<html>"), Answer(json=[])], ids=repr
)
def test_answers_that_are_nobodys_fault_but_ours_or_twilios(vendor: FakeHttpServer, answer: Answer) -> None:
    vendor.answers(answer)
    with pytest.raises(Unavailable):
        carrier.pick().look_up("+255712345678")


def test_outages_are_retried_because_a_look_up_changes_nothing(vendor: FakeHttpServer) -> None:
    vendor.answers(Answer(503), Answer(json={"carrier": {"type": "mobile"}}))
    assert carrier.pick().look_up("+255712345678").type is LineType.MOBILE
