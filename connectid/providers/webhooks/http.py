"""Calls over HTTP."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from connectid.providers._http import HttpClient
from connectid.providers.breaker import CircuitBreaker
from connectid.providers.errors import Rejected, Unavailable

DEADLINE = 15.0  # seconds, for the whole call
CONNECT_TIMEOUT = 3.0
READ_LIMIT = 65_536  # bytes of an answer, of which only the status is looked at

_TRY_AGAIN = frozenset({408, 425})


class HttpWebhooks:
    """Follows no redirect and reads no more than it must; with ``public_only`` it reaches nothing but the public internet."""

    def __init__(self, *, public_only: bool) -> None:
        # One partner's failures must not stop the calls to another: the relay has a breaker for each.
        never_opens = CircuitBreaker(threshold=2**31)
        self._client = HttpClient(
            "webhooks",
            deadline=DEADLINE,
            connect_timeout=CONNECT_TIMEOUT,
            breaker=never_opens,
            public_only=public_only,
            retries=0,
        )
        self._public_only = public_only

    def post(self, *, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Make one call (see :class:`connectid.providers.webhooks.WebhookCaller`)."""
        if self._public_only:
            _refuse_odd(url)
        answer = self._client.request(
            "POST", url, idempotent=False, headers=headers, data=body, max_bytes=READ_LIMIT
        )
        if answer.status in _TRY_AGAIN:
            raise Unavailable(f"webhooks answered {answer.status}")
        if not answer.ok:
            raise Rejected(f"webhooks answered {answer.status}")


def _refuse_odd(url: str) -> None:
    """Refuse an address that is no plain https one: how it is written is judged here, what its host resolves to by the client."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Rejected("webhooks go to whole addresses only") from error
    if parts.scheme != "https" or port not in (None, 443) or "@" in parts.netloc or "\\" in url:
        raise Rejected("webhooks go to https addresses without port, user name and password only")
