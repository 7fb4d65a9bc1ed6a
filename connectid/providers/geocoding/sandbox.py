"""A geocoder that knows what the offline map knows."""

from connectid.providers.country import Coordinates, country_of
from connectid.providers.errors import Unavailable

OUTAGE_LATITUDE = 89.0
"""Points from here to the north pole fail as if the service were down."""


class SandboxGeocoder:
    """Answers from :mod:`connectid.providers.country`."""

    def country_of(self, point: Coordinates) -> str | None:
        """Look the point up (see :class:`connectid.providers.geocoding.Geocoder`)."""
        if point.latitude >= OUTAGE_LATITUDE:
            raise Unavailable("the sandbox plays an outage for the north pole")
        return country_of(point.latitude, point.longitude)
