"""A Connect without partners: the sandbox says who is invited, and there are no toggles."""

from connectid.providers.connect import Toggle
from connectid.providers.errors import Unavailable
from connectid.sandbox import inbox, invited

UNAVAILABLE_SUFFIX = "0192"
"""Asking about numbers that end so fails as if Connect were down."""


class SandboxConnect:
    """Numbers ending in ``0100`` and those registered at ``/sandbox/`` are invited; what Connect is told, the inbox shows."""

    def is_invited(self, phone_number: str, *, deadline: float = 10.0) -> bool:
        """Ask the sandbox (see :class:`connectid.providers.connect.Connect`)."""
        _answer_or_fail(phone_number, deadline)
        return invited.is_invited(phone_number)

    def toggles(
        self, *, username: str | None = None, phone_number: str | None = None, deadline: float = 10.0
    ) -> dict[str, Toggle]:
        """Return no toggles (see :class:`connectid.providers.connect.Connect`)."""
        _answer_or_fail(username or phone_number or "", deadline)
        return {}

    def resend_invites(self, *, phone_number: str, username: str, name: str) -> None:
        """Record the request (see :class:`connectid.providers.connect.Connect`)."""
        _tell("resend_invites", {"phone_number": phone_number, "username": username, "name": name})

    def update_profile(self, *, username: str, name: str) -> None:
        """Record the request (see :class:`connectid.providers.connect.Connect`)."""
        _tell("update_profile", {"username": username, "name": name})


def _answer_or_fail(whom: str, deadline: float) -> None:
    if whom.endswith(UNAVAILABLE_SUFFIX) or deadline <= 0:
        raise Unavailable("the sandbox plays an outage of Connect")


def _tell(what: str, form: dict[str, str]) -> None:
    inbox.record("callback", recipient="CommCare Connect", subject=what, payload=form)
