"""A Django mail backend for Amazon SES (its version 2 API), needing nothing but boto3 (the extra ``ses``)."""

import email.policy
from collections.abc import Sequence
from functools import cache
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from connectid.providers._watch import Throttled
from connectid.providers.errors import Rejected, Unavailable

_REFUSED = frozenset({"MessageRejected", "BadRequestException"})
_TOO_FAST = frozenset(
    {"TooManyRequestsException", "LimitExceededException", "Throttling", "ThrottlingException"}
)


@cache
def _client(region: str | None) -> Any:
    """Make the client once: the first takes 0.3 s of CPU. Credentials and endpoint come from boto3's own variables."""
    import boto3
    from botocore.config import Config

    limits = Config(
        connect_timeout=3, read_timeout=8, retries={"total_max_attempts": 1}, max_pool_connections=32
    )
    return boto3.session.Session().client("sesv2", region_name=region, config=limits)


class SesEmailBackend(BaseEmailBackend):
    """Sends each message as Django wrote it, to all of its recipients at once."""

    def __init__(
        self, *, region: str | None = None, configuration_set: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self._region = region
        self._options = {"ConfigurationSetName": configuration_set} if configuration_set else {}

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Send the messages and return how many there were.

        Raises ``Rejected`` when SES refuses one and ``Unavailable`` when it cannot be reached or does not let us send.
        """
        for message in email_messages:
            failure = self._send(message)
            if failure:
                raise failure
        return len(email_messages)

    def _send(self, message: EmailMessage) -> Rejected | Unavailable | None:
        # The failure is returned, not raised here, so that no address that SES quotes travels along as its cause.
        from botocore.exceptions import BotoCoreError, ClientError

        raw = message.message(policy=email.policy.SMTP).as_bytes()
        try:
            _client(self._region).send_email(
                FromEmailAddress=message.from_email,
                Destination={
                    "ToAddresses": message.to,
                    "CcAddresses": message.cc,
                    "BccAddresses": message.bcc,
                },
                Content={"Raw": {"Data": raw}},
                **self._options,
            )
        except ClientError as error:
            return _failure(str(error.response.get("Error", {}).get("Code", "")))
        except BotoCoreError as error:
            return Unavailable(f"ses could not be asked: {type(error).__name__}")
        return None


def _failure(code: str) -> Rejected | Unavailable:
    if code in _REFUSED:
        return Rejected(f"ses refused the mail: {code}")
    if code in _TOO_FAST:
        return Throttled(f"ses answered {code}")
    return Unavailable(f"ses answered {code}")
