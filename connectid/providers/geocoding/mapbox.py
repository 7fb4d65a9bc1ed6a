"""Mapbox reverse geocoding (``GET /geocoding/v5/mapbox.places/{longitude},{latitude}.json``)."""

from collections.abc import Iterator
from typing import Any, Self

from django.conf import settings

from connectid.providers._http import HttpClient
from connectid.providers.country import Coordinates
from connectid.providers.errors import Rejected, Unavailable


class MapboxGeocoder:
    """Asks Mapbox for the country of a point."""

    def __init__(self, *, url: str, access_token: str) -> None:
        self._url = f"{url.rstrip('/')}/geocoding/v5/mapbox.places/"
        self._access_token = access_token
        self._client = HttpClient("mapbox", deadline=10)

    @classmethod
    def from_settings(cls) -> Self:
        """Build the geocoder that the ``MAPBOX_*`` settings describe."""
        return cls(url=settings.MAPBOX_URL, access_token=settings.MAPBOX_ACCESS_TOKEN)

    def country_of(self, point: Coordinates) -> str | None:
        """Look the point up (see :class:`connectid.providers.geocoding.Geocoder`)."""
        response = self._client.request(
            "GET",
            f"{self._url}{point.longitude:.5f},{point.latitude:.5f}.json",
            idempotent=True,
            params={"types": "country", "access_token": self._access_token},
        )
        if response.status == 422:
            raise Rejected("mapbox cannot look this point up")
        if not response.ok:
            raise Unavailable(f"mapbox answered {response.status}")
        answer = response.json()
        if not isinstance(answer, dict) or not isinstance(answer.get("features"), list):
            raise Unavailable("mapbox answered with something that is no list of features")
        return next(_country_codes(answer["features"]), None)


def _country_codes(features: list[Any]) -> Iterator[str]:
    """Find the codes in features that are countries and in the context of those that lie in one."""
    for feature in features:
        if not isinstance(feature, dict):
            continue
        around = feature.get("context")
        for place in [feature, *(around if isinstance(around, list) else [])]:
            if isinstance(place, dict) and str(place.get("id", "")).startswith("country."):
                properties = place.get("properties")
                code = place.get("short_code") or (
                    properties.get("short_code") if isinstance(properties, dict) else None
                )
                if isinstance(code, str) and len(code) == 2:
                    yield code.upper()
