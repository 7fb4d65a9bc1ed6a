"""CommCare Connect: who was invited to work, and the toggles it keeps for people (contract section 11)."""

from dataclasses import dataclass
from functools import cache
from typing import Protocol

from django.conf import settings
from django.core.signals import setting_changed


@dataclass(frozen=True, slots=True)
class Toggle:
    """One of Connect's toggles. Its dates are text and go to the phone as Connect wrote them (contract 5.1)."""

    active: bool
    created_at: str | None = None
    modified_at: str | None = None


class Connect(Protocol):
    """What we ask of CommCare Connect and tell it.

    Every call raises ``Rejected`` when Connect refuses it for good and ``Unavailable`` when it cannot answer now;
    ``deadline`` is in seconds.
    """

    def is_invited(self, phone_number: str, *, deadline: float = 10.0) -> bool:
        """Whether somebody invited this E.164 number to work."""

    def toggles(
        self, *, username: str | None = None, phone_number: str | None = None, deadline: float = 10.0
    ) -> dict[str, Toggle]:
        """Return Connect's toggles by name: those of an account, of a number that is enrolling, or everybody's."""

    def resend_invites(self, *, phone_number: str, username: str, name: str) -> None:
        """Have Connect invite again whom it could not find when they were invited (contract E-77)."""

    def update_profile(self, *, username: str, name: str) -> None:
        """Tell Connect the new name of an account."""


@cache
def pick() -> Connect:
    """Return the process's Connect: the real one when its address and our credentials are set, else the sandbox."""
    if (
        settings.CONNECT_URL
        and settings.COMMCARE_CONNECT_CLIENT_ID
        and settings.COMMCARE_CONNECT_CLIENT_SECRET
    ):
        from connectid.providers.connect.commcare import CommCareConnect

        return CommCareConnect.from_settings()
    from connectid.providers.connect.sandbox import SandboxConnect

    return SandboxConnect()


_SETTINGS = {"CONNECT_URL", "COMMCARE_CONNECT_CLIENT_ID", "COMMCARE_CONNECT_CLIENT_SECRET"}


def _forget_choice(*, setting: str, **_: object) -> None:
    if setting in _SETTINGS:
        pick.cache_clear()


setting_changed.connect(_forget_choice)
