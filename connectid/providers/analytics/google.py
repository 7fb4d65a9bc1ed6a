"""Google Analytics 4 by its Measurement Protocol (``POST /mp/collect``).

Google answers 204 to whatever it is told, right or wrong; a wrong secret shows only by what is missing there.
"""

from datetime import datetime
from typing import Any, Self

from django.conf import settings

from connectid.providers._http import HttpClient
from connectid.providers.analytics import Occurrence
from connectid.providers.errors import Rejected

NOBODY = "0.0"
"""The client of what happened to nobody in particular; Google wants one."""

_DIGITS = 10


class GoogleAnalytics:
    """Tells of each occurrence once: told twice, Google counts it twice."""

    def __init__(self, *, url: str, measurement_id: str, api_secret: str) -> None:
        self._url = f"{url.rstrip('/')}/mp/collect"
        self._query = {"measurement_id": measurement_id, "api_secret": api_secret}
        self._client = HttpClient("google_analytics", deadline=10)

    @classmethod
    def from_settings(cls) -> Self:
        """Build what the ``GA_*`` settings describe."""
        return cls(
            url=settings.GA_URL,
            measurement_id=settings.GA_MEASUREMENT_ID,
            api_secret=settings.GA_API_SECRET,
        )

    def tell(self, occurrence: Occurrence) -> None:
        """Tell of it (see :class:`connectid.providers.analytics.Analytics`)."""
        answer = self._client.request(
            "POST", self._url, idempotent=False, params=self._query, json=_body(occurrence)
        )
        if not answer.ok:
            raise Rejected(f"google_analytics answered {answer.status}")


def _body(occurrence: Occurrence) -> dict[str, Any]:
    return {
        "client_id": client_id(occurrence.person) if occurrence.person else NOBODY,
        "timestamp_micros": _micros(occurrence.at),
        "non_personalized_ads": True,
        "events": [{"name": occurrence.name, "params": dict(occurrence.details)}],
    }


def client_id(person: str) -> str:
    """A pseudonym in Google's form, two numbers with a point between: its browsers' ids look so."""
    number = int(person, 16)
    return f"{number % 10**_DIGITS}.{number // 10**_DIGITS % 10**_DIGITS}"


def _micros(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000)
