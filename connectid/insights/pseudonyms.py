"""What others may call a person: the same for the same purpose, and of no use to find out who it is."""

from connectid.core import secrets

EXPORTS = "insights.person"
ANALYTICS = "insights.visitor"
"""Two names for everybody, so that the tables of one can not be joined with those of the other."""

LENGTH = 32


def pseudonym(account_id: int, *, purpose: str) -> str:
    """32 hexadecimal characters. Without ``SECRET_HASH_KEYS`` nobody leads it back to an account; a new current key changes it."""
    return secrets.digest(str(account_id), purpose=purpose).rpartition("$")[2][:LENGTH]
