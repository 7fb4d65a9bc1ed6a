"""Look-ups by Twilio (``GET /v1/PhoneNumbers/{number}?Type=carrier``)."""

from typing import Any, Self
from urllib.parse import quote

from django.conf import settings

from connectid.providers._http import HttpClient
from connectid.providers.carrier import Line, LineType
from connectid.providers.errors import Rejected, Unavailable


class TwilioLookup:
    """Asks Twilio's Lookup API for the carrier of a number."""

    def __init__(self, *, url: str, account_sid: str, auth_token: str) -> None:
        self._url = f"{url.rstrip('/')}/v1/PhoneNumbers/"
        self._client = HttpClient("twilio_lookup", deadline=10)
        self._auth = (account_sid, auth_token)

    @classmethod
    def from_settings(cls) -> Self:
        """Build the look-up that the ``TWILIO_*`` settings describe."""
        return cls(
            url=settings.TWILIO_LOOKUPS_URL,
            account_sid=settings.TWILIO_ACCOUNT_SID,
            auth_token=settings.TWILIO_AUTH_TOKEN,
        )

    def look_up(self, phone_number: str) -> Line:
        """Look the number up (see :class:`connectid.providers.carrier.CarrierLookup`)."""
        response = self._client.request(
            "GET",
            self._url + quote(phone_number),
            idempotent=True,
            auth=self._auth,
            params={"Type": "carrier"},
        )
        if response.status == 404:
            raise Rejected("twilio_lookup knows no such number")
        if response.status in {401, 403} or not (response.ok or response.status == 400):
            raise Unavailable(f"twilio_lookup answered {response.status}")
        answer = response.json()
        if response.status == 400:
            raise Rejected("twilio_lookup cannot look this number up")
        if not isinstance(answer, dict):
            raise Unavailable("twilio_lookup answered with something that is no object")
        return _line(answer)


def _line(answer: dict[str, Any]) -> Line:
    """Read an answer; Twilio gives nulls for what it does not know, and the whole carrier may be null."""
    carrier = answer.get("carrier")
    if not isinstance(carrier, dict):
        carrier = {}
    known = carrier.get("type")
    return Line(
        LineType(known) if known in set(LineType) else LineType.UNKNOWN,
        carrier=_text(carrier.get("name")),
        country=_text(answer.get("country_code")).upper(),
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
