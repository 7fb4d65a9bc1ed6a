"""Text messages to phones."""

from dataclasses import dataclass
from functools import cache
from typing import Protocol

from django.conf import settings
from django.core.signals import setting_changed


@dataclass(frozen=True, slots=True)
class SentSms:
    """A message that the provider has taken over; ``provider_id`` is its name for it, for support cases."""

    provider_id: str


class SmsSender(Protocol):
    """Sends text messages."""

    def send(self, *, to: str, text: str, idempotency_key: str | None = None) -> SentSms:
        """Hand over one message to the E.164 number ``to``; delivery itself is not waited for.

        A provider that supports it sends once for each ``idempotency_key``. Raises ``Rejected`` when this message will never
        be taken (no such number, blocked, country not served) and ``Unavailable`` when another try may succeed. After
        ``Unavailable`` the message may have been sent all the same.
        """


@cache
def pick() -> SmsSender:
    """Return the process's sender, as ``SMS_PROVIDER`` says: ``twilio`` or ``sandbox``."""
    if settings.SMS_PROVIDER == "twilio":
        from connectid.providers.sms.twilio import TwilioSms

        return TwilioSms.from_settings()
    from connectid.providers.sms.sandbox import SandboxSms

    return SandboxSms()


_SETTINGS = {
    "SMS_PROVIDER",
    "TWILIO_ACCOUNT_SID",
    "TWILIO_AUTH_TOKEN",
    "TWILIO_MESSAGING_SERVICE",
    "TWILIO_API_URL",
}


def _forget_choice(*, setting: str, **_: object) -> None:
    if setting in _SETTINGS:
        pick.cache_clear()


setting_changed.connect(_forget_choice)
