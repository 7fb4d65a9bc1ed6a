"""The country of a point on the map, without asking anybody.

The zone of the point (``timezonefinder``, the extra ``country``) leads to a country through tzdata's ``zone.tab``. Right to
some hundred metres of a border; on the sea there is none. Without the extra every country is unknown, which
``manage.py check`` points out.
"""

import atexit
import math
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from importlib.util import find_spec
from threading import Lock
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from timezonefinder import TimezoneFinder

_DECIMALS = 3  # of a degree: 110 m, finer than what the borders are good for
_load_lock = Lock()


@dataclass(frozen=True, slots=True, repr=False)
class Coordinates:
    """A point in WGS 84 degrees. Its ``repr()`` hides it, because reprs end up in tracebacks."""

    latitude: float
    longitude: float

    def __post_init__(self) -> None:
        """Raise ``ValueError`` for what is no point on the earth."""
        # NaN and the infinities fail these comparisons, too.
        if not (-90 <= self.latitude <= 90 and -180 <= self.longitude <= 180):
            raise ValueError("latitude is from -90 to 90 and longitude from -180 to 180")

    def __repr__(self) -> str:
        return "Coordinates(...)"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a phone's ``"latitude longitude altitude accuracy"`` (contract 5.1); what follows the first two is ignored.

        Raises ``ValueError`` when the text does not begin with two numbers in range.
        """
        if len(text) > _LONGEST_TEXT:
            raise ValueError("coordinates are a short text")
        latitude, longitude, *_ = [*text.split(), "", ""]
        return cls(_degrees(latitude), _degrees(longitude))


_LONGEST_TEXT = 200


def country_of(latitude: float, longitude: float) -> str | None:
    """Return the ISO 3166-1 alpha-2 code of the country at a point.

    ``None`` on the sea, for what is no point on the earth, and everywhere when the extra ``country`` is not installed.
    The first call of a process loads the map, which takes about a second; see :func:`load`.
    """
    if not (math.isfinite(latitude) and math.isfinite(longitude)):
        return None
    return _country_at(round(latitude, _DECIMALS), round(longitude, _DECIMALS))


def is_installed() -> bool:
    """Whether the extra ``country`` is there, without loading it."""
    return find_spec("timezonefinder") is not None


def load() -> None:
    """Load the map now (about a second and 30 MB), so that no request has to wait for it."""
    country_of(0.0, 0.0)


@lru_cache(maxsize=16_384)
def _country_at(latitude: float, longitude: float) -> str | None:
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None
    finder = _finder()
    if finder is None:
        return None
    zone = finder.timezone_at(lat=latitude, lng=longitude)
    return None if zone is None else _countries_of_zones().get(zone)


def _finder() -> "TimezoneFinder | None":
    with _load_lock:  # of many first requests one loads the map and the others wait for it
        return _loaded_finder()


@cache
def _loaded_finder() -> "TimezoneFinder | None":
    try:
        from timezonefinder import TimezoneFinder
    except ImportError:
        return None
    finder = TimezoneFinder(in_memory=False)
    atexit.register(finder.cleanup)
    return finder


@cache
def _countries_of_zones() -> dict[str, str]:
    """Read ``zone.tab``: lines of country, coordinates, zone and remarks, between tabs; the zones of the sea are not in it."""
    table = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8")
    rows = [line.split("\t") for line in table.splitlines() if line and not line.startswith("#")]
    return {row[2]: row[0] for row in rows}


def _degrees(text: str) -> float:
    """Read a decimal number as phones write it; ``float`` alone would also take ``nan``, ``1_0`` and other scripts' digits."""
    if not text.isascii() or "_" in text:
        raise ValueError("coordinates are decimal numbers")
    return float(text)
