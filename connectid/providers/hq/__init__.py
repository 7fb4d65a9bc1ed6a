"""CommCare HQ: where it hears that a worker accepts an invitation (contract 9)."""

from functools import cache
from typing import Protocol

from django.conf import settings
from django.core.signals import setting_changed


class Hq(Protocol):
    """What we tell CommCare HQ."""

    def confirm_invite(self, *, url: str, invite_code: str, token: str) -> None:
        """Tell HQ at ``url`` that whoever the access token belongs to accepts the invitation.

        Somebody waits for the answer, so it is asked once and for a few seconds. Raises ``Rejected`` where HQ does not take it and
        ``Unavailable`` where HQ cannot be reached or does not answer now.
        """


@cache
def pick() -> Hq:
    """Return the process's HQ: in production one that reaches the public internet only."""
    from connectid.providers.hq.http import HttpHq

    hq = HttpHq(public_only=not settings.ALLOW_PRIVATE_CALLBACKS)
    if settings.ENVIRONMENT == "production":
        return hq
    from connectid.providers.hq.sandbox import SandboxHq

    return SandboxHq(hq, own_address=settings.PUBLIC_URL)


def _forget_choice(*, setting: str, **_: object) -> None:
    if setting in ("ENVIRONMENT", "ALLOW_PRIVATE_CALLBACKS", "PUBLIC_URL"):
        pick.cache_clear()


setting_changed.connect(_forget_choice)
