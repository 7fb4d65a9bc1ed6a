"""A challenge's code: derived, never stored (docs/decisions/0004-codes-are-derived.md)."""

import hmac
from typing import Protocol

import structlog

from connectid.core import secrets
from connectid.core.keyring import UnknownKey

log = structlog.get_logger(__name__)

DIGITS = 6
"""The app finds the code in a text as its one word of six digits (contract 5.3)."""


class Derived(Protocol):
    """What a code is derived from."""

    purpose: str
    nonce: str
    key_id: str


def new_nonce() -> str:
    """Random text from which the next code follows."""
    return secrets.new_token(16)


def code_of(challenge: Derived) -> str:
    """The code; the same each time. Raises ``UnknownKey`` when the key it was made under left the ring."""
    return secrets.derive_code(
        purpose=challenge.purpose, nonce=challenge.nonce, key_id=challenge.key_id, digits=DIGITS
    )


def matches(challenge: Derived, code: str) -> bool:
    """Whether ``code`` is the challenge's, in constant time; False when its key left the ring."""
    try:
        expected = code_of(challenge)
    except UnknownKey:
        log.exception("code_key_missing")
        return False
    return hmac.compare_digest(expected.encode(), code.strip().encode(errors="surrogatepass"))
