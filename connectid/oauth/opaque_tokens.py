"""What tokens look like, and what is stored of them.

A token begins with the minute in which it was made, so what is stored of it does too. Tokens come in millions: an index in which each
has a place of chance is written on another page for each, and PostgreSQL logs every page whole that it first touches after a checkpoint.
This one grows at its end (docs/decisions/0040-tokens-in-order.md).
"""

from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Final

from connectid.core import secrets

LENGTH: Final = 30
"""Characters: as many as clients know, letters and digits as they know them (contract 14.1)."""
MINUTE: Final = 4
"""Of these, for the minute: 28 years of them, then the first again. 26 are random: 154 bits."""
CHECKSUM_LENGTH: Final = 64
"""Characters of what is stored: the first four of the token and 224 bits of its SHA-256, in hexadecimal."""

_BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
"""In the order of their codes, so that later minutes sort later."""


def new_token(*, at: datetime) -> str:
    """Make a token; when it was made is no secret of its holder's, who has just asked for it."""
    return minute_of(at) + secrets.new_alphanumeric_token(LENGTH - MINUTE)


def minute_of(moment: datetime) -> str:
    """Return the beginning of tokens of that minute."""
    return _in_digits(int((moment - _BEGINNING).total_seconds()) // 60)


@lru_cache(maxsize=4)
def _in_digits(minutes: int) -> str:
    found = ""
    for _ in range(MINUTE):
        minutes, digit = divmod(minutes, len(_DIGITS))
        found = _DIGITS[digit] + found
    return found


def checksum(token: str) -> str:
    """Return what is stored of a token: it has well over 128 random bits, so a plain digest gives nothing away.

    Of what is no token of ours it returns something that is stored nowhere.
    """
    text = token.encode()
    beginning = text[:MINUTE].hex()
    return beginning + sha256(text).hexdigest()[: CHECKSUM_LENGTH - len(beginning)]
