"""OAuth access tokens for a Google service account (RFC 7523), through our own bounded HTTP client.

The transports of google-auth retry with pauses of their own, which would outlive the deadline of the phone's request.
"""

import json
import threading
import time
from typing import Self

import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from connectid.core import clock
from connectid.providers._http import HttpClient
from connectid.providers.errors import Unavailable

log = structlog.get_logger(__name__)

_GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_ASSERTION_SECONDS = 3600  # the longest Google allows
_EARLY_SECONDS = 300  # a token is replaced this long before it ends, so that none ends on its way


class ServiceAccountRefused(Unavailable):
    """Google gives this service account no tokens: its key is revoked, or this machine's clock is wrong."""


class ServiceAccountTokens:
    """Access tokens of one service account for one scope, kept until they are about to end.

    Safe to use from many threads: one of them asks Google and the others wait for its answer.
    """

    def __init__(self, *, email: str, key: RSAKey, scope: str, token_url: str, project: str = "") -> None:
        self.project = project
        """Id of the Google Cloud project that the account belongs to, where its key file names it."""
        self._email = email
        self._key = key
        self._scope = scope
        self._token_url = token_url
        self._http = HttpClient("google_token")
        self._lock = threading.Lock()
        self._token = ""
        self._ends_at = 0.0  # on the monotonic clock

    @classmethod
    def from_json(cls, service_account: str, *, scope: str, token_url: str = "") -> Self:
        """Read a service account key file's text.

        ``token_url`` replaces the address that the file names. Raises ``ValueError`` for anything but a key file.
        """
        try:
            account = json.loads(service_account)
            return cls(
                email=account["client_email"],
                key=RSAKey.import_key(account["private_key"]),
                scope=scope,
                token_url=token_url or account["token_uri"],
                project=str(account.get("project_id", "")),
            )
        except (ValueError, KeyError, TypeError, JoseError):
            pass  # the cause may quote the private key
        raise ValueError("this is not the JSON text of a Google service account key")

    def access_token(self, *, deadline: float) -> str:
        """Return a token that is good for some minutes more; raises ``Unavailable`` within ``deadline`` seconds.

        It is a :class:`ServiceAccountRefused` where waiting will not help.
        """
        ends_at = time.monotonic() + deadline
        if not self._lock.acquire(timeout=max(0.0, deadline)):
            raise Unavailable("google_token did not answer in time")
        try:
            if time.monotonic() >= self._ends_at:
                self._renew(deadline=ends_at - time.monotonic())
            return self._token
        finally:
            self._lock.release()

    def forget(self, token: str) -> None:
        """Do not hand out ``token`` again: its receiver did not accept it."""
        with self._lock:
            if token == self._token:
                self._ends_at = 0.0

    def _renew(self, *, deadline: float) -> None:
        issued_at = int(clock.now().timestamp())
        claims = {
            "iss": self._email,
            "scope": self._scope,
            "aud": self._token_url,
            "iat": issued_at,
            "exp": issued_at + _ASSERTION_SECONDS,
        }
        form = {"grant_type": _GRANT_TYPE, "assertion": jwt.encode({"alg": "RS256"}, claims, self._key)}
        started = time.monotonic()
        response = self._http.request("POST", self._token_url, data=form, idempotent=True, deadline=deadline)
        answer = response.json()
        token = answer.get("access_token") if isinstance(answer, dict) else None
        if not response.ok or not isinstance(token, str) or not token:
            log.error("google_token_refused", status=response.status)
            raise ServiceAccountRefused("google_token did not accept the service account")
        lifetime = answer.get("expires_in")
        seconds = float(lifetime) if isinstance(lifetime, int | float) else 0.0
        self._token = token
        self._ends_at = started + max(0.0, seconds - _EARLY_SECONDS)
