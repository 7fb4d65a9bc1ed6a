"""Mails through Django's mail framework: any backend that ``EMAIL_URL`` names, with a deadline around it."""

import smtplib
from collections.abc import Mapping
from typing import Any, Self

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.module_loading import import_string

from connectid.providers._watch import TimedOut, Watch
from connectid.providers.concurrently import Failed, at_once
from connectid.providers.email.url import mailer
from connectid.providers.errors import ProviderError, Rejected, Unavailable

_DEADLINE = 20.0  # seconds for one mail; an SMTP session has about ten exchanges


class MailerEmail:
    """Sends through one Django mail backend, made anew for each mail because backends are not safe to share."""

    def __init__(self, *, backend: str, options: Mapping[str, Any], sender: str) -> None:
        self._backend = import_string(backend)
        self._options = options
        self._sender = sender
        self._watch = Watch("email")

    @classmethod
    def from_settings(cls) -> Self:
        """Build the sender that ``EMAIL_URL`` describes; raises ``ValueError`` when the URL is wrong."""
        chosen = mailer(settings.EMAIL_URL)
        return cls(backend=chosen["BACKEND"], options=chosen.get("OPTIONS", {}), sender=settings.EMAIL_FROM)

    def send(self, *, to: str, subject: str, text: str) -> None:
        """Send the mail (see :class:`connectid.providers.email.EmailSender`)."""
        message = EmailMessage(subject=subject, body=text, from_email=self._sender, to=[to])
        if not message.recipients():  # Django would send nothing and say nothing
            raise Rejected("the mail has no recipient")

        def deliver() -> None:
            self._backend(alias="default", **self._options).send_messages([message])

        with self._watch.call():
            outcome = at_once(_DEADLINE, email=deliver)["email"]
            if isinstance(outcome, Failed):
                raise _failure(outcome.error)


def _failure(error: Exception) -> ProviderError:
    """Say what an error of a backend means. SMTP replies from 500 on are final, those below are not (RFC 5321, 4.2.1)."""
    match error:
        case ProviderError():
            return error
        case smtplib.SMTPRecipientsRefused():
            code = max((code for code, _ in error.recipients.values()), default=0)
            return _refusal("recipient", code)
        case smtplib.SMTPDataError():
            return _refusal("mail", error.smtp_code)
        case smtplib.SMTPResponseException():  # our credentials or our sender address: nothing against this mail
            return Unavailable(f"the mail server answered {error.smtp_code}")
        case OSError() if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
            return TimedOut("the mail server did not answer in time")
        case OSError():  # every other SMTPException is one, too
            return Unavailable(f"the mail server could not be used: {type(error).__name__}")
        case ValueError():  # Django found a line break in a header or an address that cannot be one
            return Rejected("the mail's address or subject cannot be sent")
        case _:
            return Unavailable(f"the mail could not be sent: {type(error).__name__}")


def _refusal(what: str, code: int) -> ProviderError:
    reason = f"the mail server refused the {what} with {code}"
    return Rejected(reason) if code >= 500 else Unavailable(reason)
