"""Reads of verification."""

from datetime import datetime

from connectid.verification.models import Challenge


def has_challenge(*, address: str, purpose: str, scope: str) -> bool:
    """Whether a code was ever asked for, live or not: what endpoints that tell the two apart need (contract 5.13)."""
    return Challenge.objects.filter(address=address, purpose=purpose, scope=scope).exists()


def has_expired(*, address: str, purpose: str, scope: str, at: datetime) -> bool:
    """Whether the code that was sent last is over, unused: for whoever may know that it was sent (contract 9)."""
    sent = Challenge.objects.filter(address=address, purpose=purpose, scope=scope, used_at=None)
    return sent.filter(expires_at__lte=at).exists()
