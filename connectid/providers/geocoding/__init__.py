"""The country of a point as a map service knows it. Asked by a job only, to refine what is known offline."""

from functools import cache
from typing import Protocol

from django.conf import settings
from django.core.signals import setting_changed

from connectid.providers.country import Coordinates


class Geocoder(Protocol):
    """Finds countries."""

    def country_of(self, point: Coordinates) -> str | None:
        """Return the ISO 3166-1 alpha-2 code of the country at a point, or ``None`` where there is none.

        Raises ``Rejected`` when the service will never answer for this point and ``Unavailable`` when it may later.
        """


@cache
def pick() -> Geocoder:
    """Return the process's geocoder: Mapbox where ``MAPBOX_ACCESS_TOKEN`` is set, else the offline map."""
    if settings.MAPBOX_ACCESS_TOKEN:
        from connectid.providers.geocoding.mapbox import MapboxGeocoder

        return MapboxGeocoder.from_settings()
    from connectid.providers.geocoding.sandbox import SandboxGeocoder

    return SandboxGeocoder()


def _forget_choice(*, setting: str, **_: object) -> None:
    if setting in {"MAPBOX_ACCESS_TOKEN", "MAPBOX_URL"}:
        pick.cache_clear()


setting_changed.connect(_forget_choice)
