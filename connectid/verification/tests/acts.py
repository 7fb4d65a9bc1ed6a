"""What tests of verification do, with everything that a test does not care about filled in."""

from datetime import UTC, datetime, timedelta

from django.db import transaction

from connectid.verification import codes, operations
from connectid.verification.models import Challenge
from connectid.verification.operations import Sending

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
NUMBER = "+255712345678"
EMAIL = "Asha@example.org"
SCOPE = "session:1"
LIFETIME = timedelta(minutes=10)


def after(**units: float) -> datetime:
    """The moment that long after the tests begin."""
    return AT + timedelta(**units)


def number(index: int) -> str:
    """A number of a prefix of its own."""
    return f"+2557{index:04d}0000"


def neighbour(index: int) -> str:
    """A number that shares its prefix with the first ten thousand others."""
    return f"+25571234{index:04d}"


def send(
    at: datetime = AT,
    *,
    address: str = NUMBER,
    scope: str = SCOPE,
    purpose: str = "enroll",
    lifetime: timedelta = LIFETIME,
) -> Sending:
    """Ask for a code, in a transaction as callers do."""
    transport = "email" if "@" in address else "sms"
    with transaction.atomic():
        return operations.send(
            address=address, transport=transport, purpose=purpose, scope=scope, lifetime=lifetime, at=at
        )


def is_right(
    code: str, at: datetime = AT, *, address: str = NUMBER, scope: str = SCOPE, purpose: str = "enroll"
) -> bool:
    """Check a code, in a transaction as callers do."""
    with transaction.atomic():
        refusal = operations.check(address=address, purpose=purpose, scope=scope, code=code, at=at)
    return refusal is None


def challenge(*, address: str = NUMBER, scope: str = SCOPE, purpose: str = "enroll") -> Challenge:
    """The challenge as it is now."""
    return Challenge.objects.get(address=address, scope=scope, purpose=purpose)


def code(*, address: str = NUMBER, scope: str = SCOPE, purpose: str = "enroll") -> str:
    """The code that was sent last."""
    return codes.code_of(challenge(address=address, scope=scope, purpose=purpose))


def wrong(right: str) -> str:
    """A code that is not ``right``."""
    return f"{(int(right) + 1) % 1_000_000:06d}"
