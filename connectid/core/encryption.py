"""Secrets that must be read back: encrypted at rest under ``FIELD_ENCRYPTION_KEYS``.

Only for what we cannot store as a digest, because we send or sign with it: a message server's HMAC key, a
phone's storage key. AES-256-GCM; the ciphertext names its key, so keys can be rotated, and is bound to a
``purpose``, the column it lives in, so that it opens nowhere else (docs/decisions/0002-secrets-at-rest.md).
"""

import base64
import os
from functools import lru_cache
from hashlib import blake2b

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from connectid.core.keyring import Key, KeyRing

_NONCE_BYTES = 12  # NIST SP 800-38D, 8.2.2: random nonces of 96 bits serve for 2**32 values under one key


class CannotDecrypt(Exception):
    """The ciphertext was made under another key or for another purpose, or was altered."""


def encrypt(text: str, *, purpose: str, row: str = "") -> str:
    """``keyid$base64`` under the current key; equal texts give unequal ciphertexts.

    ``purpose`` names the column for good (it is part of every ciphertext, and may not change with the
    column's name). ``row`` binds further, to one row, where its identity is known before it is stored.
    """
    key = _ring().current
    nonce = os.urandom(_NONCE_BYTES)
    sealed = _cipher(key).encrypt(nonce, text.encode(errors="surrogatepass"), _bound_to(purpose, row))
    return f"{key.id}${base64.b64encode(nonce + sealed).decode('ascii')}"


def decrypt(stored: str, *, purpose: str, row: str = "") -> str:
    """The text of a ciphertext made for the same ``purpose`` and ``row``.

    Raises ``CannotDecrypt``, or ``UnknownKey`` when the key it names is not on the ring.
    """
    key_id, dollar, encoded = stored.partition("$")
    if not dollar:
        raise CannotDecrypt(f"the stored {purpose} is no ciphertext of ours")
    key = _ring()[key_id]
    try:
        sealed = base64.b64decode(encoded, validate=True)
        text = _cipher(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _bound_to(purpose, row))
    except (InvalidTag, ValueError):
        raise CannotDecrypt(
            f"the stored {purpose} does not open with key {key_id!r}: FIELD_ENCRYPTION_KEYS holds other material under"
            " that id, or the value was moved here or altered"
        ) from None
    return text.decode(errors="surrogatepass")


def needs_rewrite(stored: str) -> bool:
    """Whether the ciphertext was made under an older key; see ``connectid.core.rotation.reencrypt``."""
    return stored.partition("$")[0] != _ring().current.id


def _ring() -> KeyRing:
    ring: KeyRing = settings.FIELD_ENCRYPTION_KEYS
    return ring


@lru_cache(maxsize=32)
def _cipher(key: Key) -> AESGCM:
    # A key of the ring is 32 to 64 bytes, AES-256 takes 32: derive, which also keeps apart rings that share material.
    return AESGCM(blake2b(digest_size=32, key=key.material, salt=b"encrypt").digest())


def _bound_to(purpose: str, row: str) -> bytes:
    # The length keeps ("a", "bc") and ("ab", "c") apart.
    return f"{len(purpose)}:{purpose}{row}".encode()
