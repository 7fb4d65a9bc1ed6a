"""Reads of verification."""

from connectid.verification.models import Challenge


def has_challenge(*, address: str, purpose: str, scope: str) -> bool:
    """Whether a code was ever asked for, live or not: what endpoints that tell the two apart need (contract 5.13)."""
    return Challenge.objects.filter(address=address, purpose=purpose, scope=scope).exists()
