"""Secrets the server makes: random tokens, what we store of them, and one-time codes.

A secret of at least 128 random bits cannot be guessed, so it needs no slow hash and no salt: we store a
BLAKE2b digest under a key of ``SECRET_HASH_KEYS``. The digest is deterministic, hence one indexed look-up
finds the row, and without the key a copy of the database verifies nothing
(docs/decisions/0002-secrets-at-rest.md). Secrets people remember go to ``connectid.core.passwords``.

Every function takes the ``purpose`` of the secret, at most 16 ASCII characters: equal secrets of two purposes
have unrelated digests, so a device credential is never accepted as a session token.
"""

import hmac
import secrets
import string
from functools import lru_cache
from hashlib import blake2b

from django.conf import settings

from connectid.core.keyring import MAX_ID_LENGTH, Key, KeyRing

SHORTEST_SECRET = 16
"""Bytes: 128 bits, the least that may be stored under a fast hash (NIST 800-63B-4, 3.1.2 asks for 112)."""

_DIGEST_BYTES = 32
_ALPHANUMERIC = string.ascii_letters + string.digits
# Of the 256 values of a byte, as many stand for each character; those that are left over would favour the first ones.
_EACH = 256 // len(_ALPHANUMERIC)
_LEFTOVER = bytes(range(_EACH * len(_ALPHANUMERIC), 256))
_CHARACTERS = (_ALPHANUMERIC * _EACH).encode().ljust(256)

DIGEST_LENGTH = MAX_ID_LENGTH + 1 + 2 * _DIGEST_BYTES
"""Characters of the longest stored digest: the width of a column that holds one."""

# BLAKE2b's salt field tells the families of values apart, its person field the purposes within a family.
_DIGEST = b"digest"
_CODE = b"code"


def new_token(nbytes: int = 32) -> str:
    """A random secret in lower-case hexadecimal; phones get 64 characters (contract 3, 5.6)."""
    return secrets.token_hex(_enough(nbytes))


def new_urlsafe_token(nbytes: int = 32) -> str:
    """A random secret in URL-safe base64, shorter than hexadecimal for what travels in links."""
    return secrets.token_urlsafe(_enough(nbytes))


def new_alphanumeric_token(length: int) -> str:
    """A random secret of ASCII letters and digits, for what others have known in that form; every one is equally likely."""
    _enough(((len(_ALPHANUMERIC) ** length).bit_length() - 1) // 8)
    found = b""
    while len(found) < length:
        found += secrets.token_bytes(2 * length).translate(_CHARACTERS, _LEFTOVER)
    return found[:length].decode()


def new_identifier(nbytes: int) -> str:
    """Random hexadecimal that names a thing and protects nothing: usernames, request ids."""
    return secrets.token_hex(nbytes)


def new_client_id() -> str:
    """A name for a server or an app: 40 hexadecimal characters, and so no colon, which Basic could not carry (contract A7)."""
    return new_identifier(20)


def digest(secret: str, *, purpose: str) -> str:
    """What to store of ``secret``: ``keyid$hexdigest`` under the current key."""
    return _digest(secret, purpose, _ring().current)


def digests(secret: str, *, purpose: str) -> list[str]:
    """What may be stored of ``secret``, current key first: for ``WHERE digest IN (…)``."""
    return [_digest(secret, purpose, key) for key in _ring()]


def matches(secret: str, stored: str, *, purpose: str) -> bool:
    """Whether ``stored`` is the digest of ``secret``, in constant time; False when its key left the ring."""
    key = _ring().find(stored.partition("$")[0])
    return key is not None and hmac.compare_digest(_digest(secret, purpose, key).encode(), stored.encode())


def needs_rewrite(stored: str) -> bool:
    """Whether ``stored`` was made under an older key; once its secret matched, store a new ``digest``."""
    return stored.partition("$")[0] != _ring().current.id


def current_key_id() -> str:
    """The id of the key a new code is derived under; store it beside the nonce."""
    return _ring().current.id


def derive_code(*, purpose: str, nonce: str, key_id: str, digits: int = 6) -> str:
    """A one-time code derived from a row's random ``nonce``; every code is equally likely.

    The row keeps ``nonce`` (``new_token(16)``) and ``key_id`` (``current_key_id()``): the same code can be
    sent again (contract 5.3), while the database alone holds nothing that can be typed in. Raises
    ``UnknownKey``.
    """
    key = _ring()[key_id].material
    values = 10**digits
    # A 64-bit word taken modulo 10**digits would favour low codes: words of the incomplete last run are skipped.
    limit = 2**64 - 2**64 % values
    round_ = 0
    while True:
        words = blake2b(
            f"{digits}/{round_}/{nonce}".encode(),
            digest_size=64,
            key=key,
            salt=_CODE,
            person=_person(purpose),
        ).digest()
        for start in range(0, 64, 8):
            word = int.from_bytes(words[start : start + 8])
            if word < limit:
                return f"{word % values:0{digits}d}"
        round_ += 1


def _ring() -> KeyRing:
    ring: KeyRing = settings.SECRET_HASH_KEYS
    return ring


def _digest(secret: str, purpose: str, key: Key) -> str:
    value = blake2b(
        secret.encode(errors="surrogatepass"),
        digest_size=_DIGEST_BYTES,
        key=key.material,
        salt=_DIGEST,
        person=_person(purpose),
    ).hexdigest()
    return f"{key.id}${value}"


@lru_cache(maxsize=64)
def _person(purpose: str) -> bytes:
    person = purpose.encode("ascii")
    if not 1 <= len(person) <= blake2b.PERSON_SIZE:
        raise ValueError(f"the purpose {purpose!r} is not 1 to {blake2b.PERSON_SIZE} ASCII characters")
    return person


def _enough(nbytes: int) -> int:
    if nbytes < SHORTEST_SECRET:
        raise ValueError(f"a secret needs at least {SHORTEST_SECRET} random bytes")
    return nbytes
