"""Mails to people."""

from functools import cache
from typing import Protocol

from django.conf import settings
from django.core.signals import setting_changed


class EmailSender(Protocol):
    """Sends mails."""

    def send(self, *, to: str, subject: str, text: str) -> None:
        """Hand over one plain-text mail from ``EMAIL_FROM`` to one address.

        Raises ``Rejected`` when this mail will never be taken (no such address, refused content) and ``Unavailable`` when
        another try may succeed. After ``Unavailable`` the mail may have been sent all the same.
        """


@cache
def pick() -> EmailSender:
    """Return the process's sender, as ``EMAIL_URL`` says; unset, it is the sandbox."""
    if settings.EMAIL_URL:
        from connectid.providers.email.mailer import MailerEmail

        return MailerEmail.from_settings()
    from connectid.providers.email.sandbox import SandboxEmail

    return SandboxEmail()


def _forget_choice(*, setting: str, **_: object) -> None:
    if setting in {"EMAIL_URL", "EMAIL_FROM"}:
        pick.cache_clear()


setting_changed.connect(_forget_choice)
