"""Calls to addresses that partners chose: what phones sent them, and what became of what they sent."""

from collections.abc import Mapping
from functools import cache
from typing import Protocol

from django.conf import settings
from django.core.signals import setting_changed


class WebhookCaller(Protocol):
    """Makes calls to partners."""

    def post(self, *, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Send exactly ``body`` to ``url``, once; it has arrived when this returns.

        Raises ``Rejected`` when the partner answered that it does not want it (any status that is neither 2xx nor one of
        the following), and ``Unavailable`` when another try may succeed: the partner could not be reached, did not answer in
        time, or answered 408, 425, 429 or 5xx. After ``Unavailable`` it may have arrived all the same.
        """


@cache
def pick() -> WebhookCaller:
    """Return the process's caller: in production one that reaches the public internet only."""
    from connectid.providers.webhooks.http import HttpWebhooks

    caller = HttpWebhooks(public_only=not settings.ALLOW_PRIVATE_CALLBACKS)
    if settings.ENVIRONMENT == "production":
        return caller
    from connectid.providers.webhooks.sandbox import SandboxWebhooks

    return SandboxWebhooks(caller, own_address=settings.PUBLIC_URL)


def _forget_choice(*, setting: str, **_: object) -> None:
    if setting in ("ENVIRONMENT", "ALLOW_PRIVATE_CALLBACKS", "PUBLIC_URL"):
        pick.cache_clear()


setting_changed.connect(_forget_choice)
