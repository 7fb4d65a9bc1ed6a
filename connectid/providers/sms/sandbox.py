"""Text messages that land in the sandbox inbox."""

from connectid.providers.errors import Rejected, Unavailable
from connectid.providers.sms import SentSms
from connectid.sandbox import inbox

REJECTED_SUFFIX = "0191"
"""Numbers that end so are refused for good, as a vendor refuses a number that does not exist."""
UNAVAILABLE_SUFFIX = "0192"
"""Numbers that end so fail as if the vendor were down."""


class SandboxSms:
    """Records instead of sending; two ranges of numbers play a vendor's failures."""

    def send(self, *, to: str, text: str, idempotency_key: str | None = None) -> SentSms:
        """Record the message (see :class:`connectid.providers.sms.SmsSender`)."""
        if to.endswith(REJECTED_SUFFIX):
            raise Rejected("the sandbox refuses this range of numbers")
        if to.endswith(UNAVAILABLE_SUFFIX):
            raise Unavailable("the sandbox plays an outage for this range of numbers")
        payload = {"idempotency_key": idempotency_key} if idempotency_key else {}
        return SentSms(provider_id=inbox.record("sms", recipient=to, text=text, payload=payload))
