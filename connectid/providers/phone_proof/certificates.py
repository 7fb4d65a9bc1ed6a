"""The certificates Google signs Firebase ID tokens with, kept as long as Google says they are good."""

import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_pem_x509_certificate
from joserfc.jwk import RSAKey

from connectid.providers._http import HttpClient
from connectid.providers.errors import Unavailable

log = structlog.get_logger(__name__)

_FETCH_SECONDS = 5.0
_DEFAULT_FRESH_SECONDS = 3_600.0  # when the answer does not say how long it is good
_MIN_FRESH_SECONDS, _MAX_FRESH_SECONDS = 60.0, 86_400.0
# Google signs with each key for days and announces the next one well before. So when it cannot be reached, the last good
# answer is right for much longer than it claims, but not for ever: a key may have been withdrawn.
_STALE_SECONDS = 86_400.0
_RETRY_SECONDS = 30.0  # after a failure, while a stale answer is at hand
_NEW_KEY_SECONDS = 60.0  # an unknown key id makes us ask again at most this often: anybody can invent key ids
_MAX_AGE = re.compile(r"\bmax-age=(\d{1,9})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Answer:
    keys: Mapping[str, RSAKey]
    fetched_at: float  # on the clock of the cache, as the next
    fresh_until: float


class Certificates:
    """Google's public keys by key id. Safe to use from many threads; one of them at a time asks Google."""

    def __init__(self, url: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._url = url
        self._clock = clock
        self._http = HttpClient("firebase_certificates")
        self._lock = threading.Lock()
        self._answer: _Answer | None = None
        self._retry_at = 0.0

    def key(self, key_id: str) -> RSAKey | None:
        """Return the key, or ``None`` when Google has no such key.

        Raises ``Unavailable`` when that cannot be known: no answer was ever had, or the last one is too old.
        """
        answer = self._answer
        if answer is None or self._clock() >= answer.fresh_until:
            answer = self._renewed(answer)
        key = answer.keys.get(key_id)
        if key is None and self._clock() - answer.fetched_at >= _NEW_KEY_SECONDS:
            answer = self._renewed(answer)
            key = answer.keys.get(key_id)
            if key is None and self._clock() >= answer.fresh_until:
                raise Unavailable("firebase_certificates could not be renewed")
        return key

    def _renewed(self, old: _Answer | None) -> _Answer:
        """Return an answer newer than ``old``, or ``old`` itself while it may still be used and no newer one is to be had."""
        usable = old if old is not None and self._clock() < old.fresh_until + _STALE_SECONDS else None
        if not self._lock.acquire(timeout=0 if usable else _FETCH_SECONDS):
            if usable:
                return usable  # another thread is asking
            raise Unavailable("firebase_certificates did not answer in time")
        try:
            if self._answer is not None and self._answer is not old:
                return self._answer  # another thread asked while this one waited
            if usable and self._clock() < self._retry_at:
                return usable
            return self._fetched(usable)
        finally:
            self._lock.release()

    def _fetched(self, usable: _Answer | None) -> _Answer:
        try:
            self._answer = self._fetch()
        except Unavailable as failure:
            if usable is None:
                raise
            log.warning("firebase_certificates_stale", reason=failure.reason)
            self._retry_at = self._clock() + _RETRY_SECONDS
            return usable
        return self._answer

    def _fetch(self) -> _Answer:
        started = self._clock()
        response = self._http.request("GET", self._url, idempotent=True, deadline=_FETCH_SECONDS)
        content = response.json()
        keys = _read_keys(content) if response.ok and isinstance(content, dict) else {}
        if not keys:
            raise Unavailable(f"firebase_certificates answered {response.status} without a certificate")
        return _Answer(keys, started, started + _fresh_seconds(response.headers))


def _read_keys(content: Mapping[str, object]) -> dict[str, RSAKey]:
    keys = {}
    for key_id, pem in content.items():
        try:
            public_key = load_pem_x509_certificate(str(pem).encode()).public_key()
        except ValueError:
            continue  # one that cannot be read must not cost us the others
        if isinstance(public_key, RSAPublicKey):
            public_pem = public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
            keys[key_id] = RSAKey.import_key(public_pem)
    return keys


def _fresh_seconds(headers: Mapping[str, str]) -> float:
    """Return how much longer the answer is fresh (RFC 9111, 4.2): its max-age less the time it spent in caches."""
    found = _MAX_AGE.search(headers.get("Cache-Control", ""))
    if found is None:
        return _DEFAULT_FRESH_SECONDS
    age = headers.get("Age", "")
    spent = float(age) if age.isascii() and age.isdecimal() else 0.0
    return min(max(float(found[1]) - spent, _MIN_FRESH_SECONDS), _MAX_FRESH_SECONDS)
