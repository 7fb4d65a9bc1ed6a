"""Mails that land in the sandbox inbox."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from connectid.providers.errors import Rejected, Unavailable
from connectid.sandbox import inbox

REJECTED_NAME = "rejected"
"""Addresses whose part before the ``@`` is this are refused for good."""
UNAVAILABLE_NAME = "unavailable"
"""Addresses whose part before the ``@`` is this fail as if the server were down."""


class SandboxEmail:
    """Records instead of sending; two names play a server's failures."""

    def send(self, *, to: str, subject: str, text: str) -> None:
        """Record the mail (see :class:`connectid.providers.email.EmailSender`)."""
        name, at_sign, host = to.rpartition("@")
        if not (name and at_sign and host) or name == REJECTED_NAME:
            raise Rejected("the sandbox refuses this address")
        if name == UNAVAILABLE_NAME:
            raise Unavailable("the sandbox plays an outage for this address")
        inbox.record("email", recipient=to, subject=subject, text=text)


class SandboxEmailBackend(BaseEmailBackend):
    """Puts the mails that Django itself sends into the same inbox."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Record each mail once for every recipient and return how many mails there were."""
        for message in email_messages:
            for recipient in message.recipients():
                inbox.record(
                    "email", recipient=recipient, subject=str(message.subject), text=str(message.body)
                )
        return len(email_messages)
