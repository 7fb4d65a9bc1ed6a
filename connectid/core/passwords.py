"""Secrets people remember, and the hashers Django and django-oauth-toolkit find by name.

What people remember can be guessed, so it is hashed slowly (Argon2id) and with a pepper, a key of
``SECRET_HASH_KEYS`` the database does not hold: without it, even all million six-digit backup codes cannot be
tried against a stolen table (docs/decisions/0002-secrets-at-rest.md). Features call ``hash_memorised`` and
``verify_memorised``.
"""

import base64
import secrets as stdlib_secrets
from hashlib import blake2b
from typing import Any

import argon2
from argon2.low_level import ARGON2_VERSION, Type, hash_secret, verify_secret
from django.conf import settings
from django.contrib.auth.hashers import BasePasswordHasher, PBKDF2PasswordHasher, mask_hash

from connectid.core import secrets
from connectid.core.keyring import Key, KeyRing

HASH_LENGTH = 160
"""Characters of the longest hash made here: the width of a column that holds one."""

_HASH_BYTES = 32
_CLIENTS = "client secret"


class Argon2idPeppered(BasePasswordHasher):
    """Argon2id over a keyed BLAKE2b of the password; the hash names its key, so keys can be rotated.

    Stored as ``argon2id_peppered$keyid$argon2id$v=19$m=…,t=…,p=…$salt$hash``. The cost is the one OWASP's
    password storage cheat sheet names for Argon2id: 19 MiB, two passes, one lane.
    """

    algorithm = "argon2id_peppered"
    memory_cost = 19_456  # KiB
    time_cost = 2
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        """Hash under the current key. Raises ``ValueError`` for a salt of fewer than 8 characters."""
        self._check_encode_args(password, salt)  # type: ignore[attr-defined]  # not in django-stubs
        key = _ring().current
        hashed = hash_secret(
            _peppered(password, key),
            salt.encode(),
            time_cost=self.time_cost,
            memory_cost=self.memory_cost,
            parallelism=self.parallelism,
            hash_len=_HASH_BYTES,
            type=Type.ID,
        )
        return f"{self.algorithm}${key.id}{hashed.decode('ascii')}"

    def decode(self, encoded: str) -> dict[str, Any]:
        """The parts of an encoded hash."""
        algorithm, key_id, argon2id = encoded.split("$", 2)
        salt, hashed = argon2id.rsplit("$", 2)[-2:]
        return {
            "algorithm": algorithm,
            "key_id": key_id,
            "params": argon2.extract_parameters(f"${argon2id}"),
            "salt": base64.b64decode(salt + "=" * (-len(salt) % 4)).decode("latin-1"),
            "hash": hashed,
        }

    def verify(self, password: str, encoded: str) -> bool:
        """Whether the password is the hashed one; False when its key left the ring."""
        key_id, _, argon2id = encoded.removeprefix(f"{self.algorithm}$").partition("$")
        key = _ring().find(key_id)
        if key is None:
            return False
        try:
            return verify_secret(f"${argon2id}".encode(), _peppered(password, key), Type.ID)
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return False

    def must_update(self, encoded: str) -> bool:
        """Whether the hash was made under another key, or at another cost, than one made now."""
        decoded = self.decode(encoded)
        made_with: argon2.Parameters = decoded["params"]
        return decoded["key_id"] != _ring().current.id or (
            made_with.version,
            made_with.memory_cost,
            made_with.time_cost,
            made_with.parallelism,
            made_with.hash_len,
        ) != (ARGON2_VERSION, self.memory_cost, self.time_cost, self.parallelism, _HASH_BYTES)

    def safe_summary(self, encoded: str) -> dict[Any, Any]:
        """What the admin may show of a hash."""
        decoded = self.decode(encoded)
        return {
            "algorithm": decoded["algorithm"],
            "key": decoded["key_id"],
            "memory": f"{decoded['params'].memory_cost} KiB",
            "passes": decoded["params"].time_cost,
            "salt": mask_hash(decoded["salt"]),
            "hash": mask_hash(decoded["hash"]),
        }

    def harden_runtime(self, password: str, encoded: str) -> None:
        """Nothing: a hash of another cost is rewritten at its next right password."""


class KeyedBlake2b(BasePasswordHasher):
    """For the random secrets of OAuth clients: ``secrets.digest`` behind Django's interface.

    django-oauth-toolkit takes it as ``CLIENT_SECRET_HASHER = "blake2b_keyed"``. A client authenticates on
    every call, which makes its slow default hasher cost more than the call itself. Never use it for a secret
    somebody chose.
    """

    algorithm = "blake2b_keyed"

    def salt(self) -> str:
        """A placeholder: a random secret needs no salt, and Django insists on one."""
        return "unsalted"

    def encode(self, password: str, salt: str) -> str:
        """Digest under the current key; ``salt`` is ignored."""
        return f"{self.algorithm}${secrets.digest(password, purpose=_CLIENTS)}"

    def decode(self, encoded: str) -> dict[str, Any]:
        """The parts of an encoded digest."""
        algorithm, key_id, hashed = encoded.split("$", 2)
        return {"algorithm": algorithm, "key_id": key_id, "hash": hashed, "salt": self.salt()}

    def verify(self, password: str, encoded: str) -> bool:
        """Whether the secret is the digested one, under whichever key of the ring."""
        return secrets.matches(password, encoded.partition("$")[2], purpose=_CLIENTS)

    def must_update(self, encoded: str) -> bool:
        """Whether the digest was made under another key than the current one."""
        return secrets.needs_rewrite(encoded.partition("$")[2])

    def safe_summary(self, encoded: str) -> dict[Any, Any]:
        """What the admin may show of a digest."""
        decoded = self.decode(encoded)
        return {
            "algorithm": decoded["algorithm"],
            "key": decoded["key_id"],
            "hash": mask_hash(decoded["hash"]),
        }

    def harden_runtime(self, password: str, encoded: str) -> None:
        """Nothing: every digest costs the same."""


_argon2id = Argon2idPeppered()
_pbkdf2 = PBKDF2PasswordHasher()


def hash_memorised(secret: str) -> str:
    """What to store of a secret somebody remembers. Takes tens of milliseconds of CPU, by design."""
    return _argon2id.encode(secret, _argon2id.salt())


def verify_memorised(secret: str, stored: str) -> tuple[bool, str | None]:
    """Whether ``secret`` is the stored one, and what to store in place of an outdated hash (None: keep it).

    Understands what ``hash_memorised`` made under any key of the ring, and imported ``pbkdf2_sha256`` hashes,
    which verify once and are replaced (contract 17b). Anything else is "no" after the same work.
    """
    if stored.startswith(f"{_argon2id.algorithm}$"):
        verified = _argon2id.verify(secret, stored)
        outdated = verified and _argon2id.must_update(stored)
    elif is_imported(stored):
        verified = outdated = verify_imported(secret, stored)
    else:
        dummy_verify(secret)
        return False, None
    return verified, hash_memorised(secret) if outdated else None


def is_memorised_hash(stored: str) -> bool:
    """Whether ``verify_memorised`` could say yes to something: not for an empty or an unusable password."""
    return stored.startswith((f"{_argon2id.algorithm}$", f"{_pbkdf2.algorithm}$"))


def is_imported(stored: str) -> bool:
    """Whether a hash came from the former server."""
    return stored.startswith(f"{_pbkdf2.algorithm}$")


def verify_imported(secret: str, stored: str) -> bool:
    """Whether ``secret`` is what an imported ``pbkdf2_sha256`` hash was made of.

    For secrets the former server made and hashed slowly (device passwords): once one matched, store its
    ``secrets.digest`` instead. Costs hundreds of milliseconds of CPU.
    """
    try:
        return bool(_pbkdf2.verify(secret, stored))
    except (ValueError, AssertionError):  # how Django's hasher says that it cannot read the hash
        return False


def dummy_verify(secret: str) -> None:
    """Do the work of ``verify_memorised`` for nobody, so that the time of an answer tells nothing."""
    _argon2id.encode(secret, stdlib_secrets.token_hex(8))


def _ring() -> KeyRing:
    ring: KeyRing = settings.SECRET_HASH_KEYS
    return ring


def _peppered(password: str, key: Key) -> bytes:
    mac = blake2b(password.encode(errors="surrogatepass"), digest_size=32, key=key.material, salt=b"pepper")
    return mac.digest()
