"""Countries of points, and the reading of points."""

import math
import sys
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectid.providers import country
from connectid.providers.country import Coordinates, checks, country_of


@pytest.mark.parametrize(
    ("latitude", "longitude", "code"),
    [
        (-13.9626, 33.7741, "MW"),  # Lilongwe
        (-25.9692, 32.5732, "MZ"),  # Maputo
        (8.4657, -13.2317, "SL"),  # Freetown
        (51.5072, -0.1276, "GB"),  # London
        (-6.7924, 39.2083, "TZ"),  # Dar es Salaam
        (0.4606, 34.0960, "KE"),  # Busia, Kenya, 3 km from the border
        (0.4660, 34.0810, "UG"),  # Busia, Uganda
        (-4.2634, 15.2429, "CG"),  # Brazzaville, across the river from
        (-4.3317, 15.3139, "CD"),  # Kinshasa
        (28.6139, 77.2090, "IN"),  # New Delhi
        (-77.85, 166.67, "AQ"),  # McMurdo
    ],
)
def test_countries(latitude: float, longitude: float, code: str) -> None:
    assert country_of(latitude, longitude) == code


@pytest.mark.parametrize(("latitude", "longitude"), [(0.0, 0.0), (0.0, -30.0), (-40.0, 80.0), (30.0, 180.0)])
def test_the_sea_has_no_country(latitude: float, longitude: float) -> None:
    assert country_of(latitude, longitude) is None


@pytest.mark.parametrize(
    ("latitude", "longitude"), [(90.01, 0), (0, 180.01), (math.nan, 0), (0, math.inf), (1e308, 0)]
)
def test_no_point_no_country(latitude: float, longitude: float) -> None:
    assert country_of(latitude, longitude) is None


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_every_point_has_an_answer(latitude: float, longitude: float) -> None:
    code = country_of(latitude, longitude)
    assert code is None or (len(code) == 2 and code.isupper())


@pytest.fixture
def without_the_extra(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(country, "_loaded_finder", country._loaded_finder.__wrapped__)
    monkeypatch.setitem(sys.modules, "timezonefinder", None)
    country._country_at.cache_clear()
    yield
    country._country_at.cache_clear()


@pytest.mark.usefixtures("without_the_extra")
def test_without_the_extra_every_country_is_unknown() -> None:
    assert country_of(-13.9626, 33.7741) is None


def test_the_check_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    assert checks.map_is_installed() == []
    monkeypatch.setattr(country, "is_installed", lambda: False)
    assert [message.id for message in checks.map_is_installed()] == ["connectid.providers.W001"]


@pytest.mark.parametrize(
    ("text", "latitude", "longitude"),
    [
        ("-13.96 33.77 1050.0 4.9", -13.96, 33.77),
        ("-13.96 33.77", -13.96, 33.77),
        ("  0  0 ", 0.0, 0.0),
        ("1.5E1 -0.0 x y z", 15.0, 0.0),
        ("+90 -180", 90.0, -180.0),
    ],
)
def test_coordinates_of_a_phone(text: str, latitude: float, longitude: float) -> None:
    """Contract 5.1: the server uses the first two of `gps_location`."""
    assert Coordinates.parse(text) == Coordinates(latitude, longitude)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "a b",
        "1,5 2,5",
        "91 0",
        "0 181",
        "nan 0",
        "0 inf",
        "1_0 2",
        "\u0661 \u0662",
        "1e999 0",
        "0 0 " * 100,
    ],
)
def test_coordinates_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Coordinates.parse(text)


@given(st.text())
def test_any_text_is_coordinates_or_a_value_error(text: str) -> None:
    try:
        point = Coordinates.parse(text)
    except ValueError:
        return
    assert abs(point.latitude) <= 90
    assert abs(point.longitude) <= 180


def test_coordinates_do_not_show_themselves() -> None:
    assert "13.96" not in repr(Coordinates(-13.96, 33.77))
