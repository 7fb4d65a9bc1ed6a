"""What kind of line a phone number is, and whose. Asked by jobs only: an answer may take seconds and costs money."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Protocol

from django.conf import settings
from django.core.signals import setting_changed


class LineType(StrEnum):
    """The kinds of line that matter to whoever sends texts or pays to a number."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    VOIP = "voip"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Line:
    """What is known of a number. ``carrier`` is empty when it is not known; so is ``country`` (ISO 3166-1 alpha-2)."""

    type: LineType
    carrier: str
    country: str


class CarrierLookup(Protocol):
    """Looks numbers up."""

    def look_up(self, phone_number: str) -> Line:
        """Return what is known of an E.164 number.

        Raises ``Rejected`` when there is no such number and ``Unavailable`` when another try may succeed.
        """


@cache
def pick() -> CarrierLookup:
    """Return the process's look-up: Twilio's where ``SMS_PROVIDER`` is ``twilio``, else the sandbox."""
    if settings.SMS_PROVIDER == "twilio":
        from connectid.providers.carrier.twilio import TwilioLookup

        return TwilioLookup.from_settings()
    from connectid.providers.carrier.sandbox import SandboxCarrier

    return SandboxCarrier()


_SETTINGS = {"SMS_PROVIDER", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_LOOKUPS_URL"}


def _forget_choice(*, setting: str, **_: object) -> None:
    if setting in _SETTINGS:
        pick.cache_clear()


setting_changed.connect(_forget_choice)
