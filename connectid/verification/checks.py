"""What an operator should know of a deployment's settings for codes (``manage check --deploy``, ``connectid doctor``)."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register  # noqa: A004  # Django's own word

from connectid.verification import limits

LONGEST_SMS_LIFETIME = timedelta(minutes=30)
"""What phones know of (contract 5.3); NIST 800-63B-4 asks for ten minutes."""


@register(Tags.security, deploy=True)
def check_settings(**_: Any) -> list[CheckMessage]:
    """Warn of texts to every country, and of codes that live too shortly to be repeated or longer than phones know of."""
    found: list[CheckMessage] = []
    if not settings.SMS_COUNTRIES:
        found.append(
            Warning(
                "SMS_COUNTRIES is empty, so texts go to any country.",
                hint="List the countries of your workers: fraud with texts runs through the dear ones.",
                id="verification.W001",
            )
        )
    if not limits.RENEWED_WITHIN < timedelta(seconds=settings.CODE_LIFETIME) <= LONGEST_SMS_LIFETIME:
        found.append(
            Warning(
                "CODE_LIFETIME is not between 5 and 30 minutes.",
                hint="Shorter codes change with every resend; longer ones give more time to guess. 600 is good.",
                id="verification.W002",
            )
        )
    return found
