"""Google Play Integrity, which decodes the tokens its phone library makes (contract 5.1, 11).

``POST {PLAY_INTEGRITY_URL}/v1/{package}:decodeIntegrityToken`` with a service account's access token.
"""

import re
import time
from typing import Self

import structlog
from django.conf import settings

from connectid.providers._google import ServiceAccountTokens
from connectid.providers._http import HttpClient, Response
from connectid.providers.attestation import Attestation
from connectid.providers.errors import Rejected, Unavailable

log = structlog.get_logger(__name__)

SCOPE = "https://www.googleapis.com/auth/playintegrity"
_PACKAGE = re.compile(r"[A-Za-z]\w*(\.[A-Za-z]\w*)+", re.ASCII)  # Android's rule for application ids
_MAX_TOKEN = 16_384  # characters; Google's are around 2,000


class PlayAttestor:
    """Asks the Play Integrity API."""

    def __init__(self, *, url: str, tokens: ServiceAccountTokens) -> None:
        self._url = url.rstrip("/")
        self._tokens = tokens
        self._http = HttpClient("play_integrity")

    @classmethod
    def from_settings(cls) -> Self:
        """Read ``PLAY_INTEGRITY_URL``, ``PLAY_SERVICE_ACCOUNT`` and ``GOOGLE_TOKEN_URL``."""
        tokens = ServiceAccountTokens.from_json(
            settings.PLAY_SERVICE_ACCOUNT, scope=SCOPE, token_url=settings.GOOGLE_TOKEN_URL
        )
        return cls(url=settings.PLAY_INTEGRITY_URL, tokens=tokens)

    def decode(self, *, token: str, package: str, deadline: float, claimed_hash: str = "") -> Attestation:
        """Return what Google says the token holds; see ``Attestor.decode``."""
        # Both come from the phone; the package becomes part of the address.
        if not token or len(token) > _MAX_TOKEN or not token.isascii():
            raise Rejected("the token is not a Play Integrity token")
        if len(package) > 255 or not _PACKAGE.fullmatch(package):
            raise Rejected("the package name is not an Android application id")
        ends_at = time.monotonic() + deadline
        response = self._ask(token, package, ends_at=ends_at)
        if response.status == 401:  # our access token was revoked: once more with another
            response = self._ask(token, package, ends_at=ends_at)
        return self._read(response)

    def _ask(self, token: str, package: str, *, ends_at: float) -> Response:
        access_token = self._tokens.access_token(deadline=ends_at - time.monotonic())
        response = self._http.request(
            "POST",
            f"{self._url}/v1/{package}:decodeIntegrityToken",
            json={"integrityToken": token},
            headers={"Authorization": f"Bearer {access_token}"},
            idempotent=True,
            deadline=ends_at - time.monotonic(),
        )
        if response.status == 401:
            self._tokens.forget(access_token)
        return response

    def _read(self, response: Response) -> Attestation:
        if response.ok:
            return Attestation.from_answer(response.json())
        if response.status == 400:
            raise Rejected("Google could not decode the token")
        # 401, 403 and 404 mean that our account or project is not set up for this package: not the phone's fault.
        log.error("play_integrity_refused", status=response.status)
        raise Unavailable(f"play_integrity answered {response.status}")
