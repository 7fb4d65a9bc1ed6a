"""Reads of verification."""

from datetime import datetime
from functools import reduce
from operator import or_

from django.conf import settings
from django.db.models import Q

from connectid.core.keyring import UnknownKey
from connectid.verification import codes, limits
from connectid.verification.models import Challenge, Transport


def has_challenge(*, address: str, purpose: str, scope: str) -> bool:
    """Whether a code was ever asked for, live or not: what endpoints that tell the two apart need (contract 5.13)."""
    return Challenge.objects.filter(address=address, purpose=purpose, scope=scope).exists()


def has_expired(*, address: str, purpose: str, scope: str, at: datetime) -> bool:
    """Whether the code that was sent last is over, unused: for whoever may know that it was sent (contract 9)."""
    sent = Challenge.objects.filter(address=address, purpose=purpose, scope=scope, used_at=None)
    return sent.filter(expires_at__lte=at).exists()


def fictitious_codes(*, at: datetime) -> list[tuple[str, str]]:
    """Return the fictitious numbers that have a live code, and the code, sorted by number: no text carries these codes.

    One statement, which the database sorts (contract 7.2).
    """
    prefixes = [Q(address__startswith=prefix) for prefix in settings.FICTITIOUS_NUMBER_PREFIXES]
    if not prefixes:
        return []
    live = Challenge.objects.filter(
        reduce(or_, prefixes),
        transport=Transport.SMS,
        used_at=None,
        expires_at__gt=at,
        attempts__lt=limits.CHECKS_PER_CODE,
    )
    found: list[tuple[str, str]] = []
    for challenge in live.only("address", "purpose", "nonce", "key_id").order_by("address", "pk"):
        try:
            found.append((challenge.address, codes.code_of(challenge)))
        except UnknownKey:  # its key left the ring, so nobody can use the code either
            continue
    return found
