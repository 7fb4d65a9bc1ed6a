"""One suite for Mapbox and the sandbox, then what is Mapbox's alone."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from connectid.providers import geocoding
from connectid.providers.country import Coordinates, country_of
from connectid.providers.errors import Rejected, Unavailable
from connectid.providers.geocoding import Geocoder
from connectid.testing.fake_http import Answer, FakeHttpServer, Received

LILONGWE = Coordinates(-13.9626, 33.7741)


def feature(code: str) -> dict[str, object]:
    return {
        "id": "country.8935",
        "place_type": ["country"],
        "properties": {"short_code": code},
        "text": "There",
    }


def fake_mapbox(request: Received) -> Answer:
    point = request.path.rpartition("/")[2].removesuffix(".json")
    longitude, latitude = (float(number) for number in point.split("%2C" if "%2C" in point else ","))
    if latitude > 89:
        return Answer(503)
    code = country_of(latitude, longitude)
    return Answer(json={"type": "FeatureCollection", "features": [feature(code.lower())] if code else []})


@pytest.fixture
def vendor(settings: Settings) -> Iterator[FakeHttpServer]:
    with FakeHttpServer(fake_mapbox) as server:
        settings.MAPBOX_URL = server.url
        settings.MAPBOX_ACCESS_TOKEN = "pk.secret"
        yield server


@pytest.fixture(params=["sandbox", "mapbox"])
def geocoder(request: pytest.FixtureRequest, settings: Settings) -> Geocoder:
    if request.param == "mapbox":
        request.getfixturevalue("vendor")
    else:
        settings.MAPBOX_ACCESS_TOKEN = ""
    return geocoding.pick()


def test_a_country(geocoder: Geocoder) -> None:
    assert geocoder.country_of(LILONGWE) == "MW"


def test_the_sea(geocoder: Geocoder) -> None:
    assert geocoder.country_of(Coordinates(0.0, -30.0)) is None


def test_an_outage(geocoder: Geocoder) -> None:
    with pytest.raises(Unavailable) as failure:
        geocoder.country_of(Coordinates(89.5, 12.34567))
    assert "12.34567" not in failure.value.reason


def test_mapbox_request(vendor: FakeHttpServer) -> None:
    geocoding.pick().country_of(LILONGWE)
    (request,) = vendor.requests
    assert request.path == "/geocoding/v5/mapbox.places/33.77410,-13.96260.json"
    assert request.query == {"types": ["country"], "access_token": ["pk.secret"]}


@pytest.mark.parametrize(
    "found",
    [
        {"id": "country.1", "short_code": "mw"},
        {
            "id": "place.5",
            "context": [{"id": "region.2", "short_code": "MW-C"}, {"id": "country.1", "short_code": "mw"}],
        },
    ],
)
def test_where_mapbox_may_put_the_code(vendor: FakeHttpServer, found: object) -> None:
    vendor.answers(Answer(json={"features": ["?", found]}))
    assert geocoding.pick().country_of(LILONGWE) == "MW"


@pytest.mark.parametrize(
    "found",
    [
        {},
        {"id": 5},
        {"id": "country.1", "properties": None},
        {"id": "country.1", "short_code": 5, "context": 5},
    ],
)
def test_a_feature_without_a_country(vendor: FakeHttpServer, found: object) -> None:
    vendor.answers(Answer(json={"features": [found]}))
    assert geocoding.pick().country_of(LILONGWE) is None


@pytest.mark.parametrize(
    "answer", [Answer(401), Answer(403), Answer(json=[]), Answer(json={}), Answer(body=b"<html>")], ids=repr
)
def test_an_answer_that_does_not_say(vendor: FakeHttpServer, answer: Answer) -> None:
    vendor.answers(answer)
    with pytest.raises(Unavailable):
        geocoding.pick().country_of(LILONGWE)


def test_a_point_mapbox_refuses(vendor: FakeHttpServer) -> None:
    vendor.answers(Answer(422, json={"message": "no"}))
    with pytest.raises(Rejected):
        geocoding.pick().country_of(LILONGWE)
