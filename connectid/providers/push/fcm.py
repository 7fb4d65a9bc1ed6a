"""Pushes through Firebase Cloud Messaging's HTTP v1 API (``POST /v1/projects/{project}/messages:send``).

FCM takes one message for each request, so many pushes are many requests. They run on the process's event loop
(:mod:`connectid.providers._loop`), over connections that are kept.
"""

import asyncio
import atexit
import time
from collections import Counter
from collections.abc import Sequence
from typing import Self

import prometheus_client
import structlog
from django.conf import settings

from connectid.providers import _loop
from connectid.providers._google import ServiceAccountRefused, ServiceAccountTokens
from connectid.providers._watch import Watch
from connectid.providers.breaker import CircuitBreaker
from connectid.providers.errors import Unavailable
from connectid.providers.push import Misconfigured, NotFinished, Outcome, Push, TryLater
from connectid.providers.push.fcm_requests import FcmRequests

log = structlog.get_logger(__name__)

SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
FAILURES_IN_A_ROW = 50
"""They open the breaker. A usual number would, by chance, where FCM takes most pushes and refuses a third."""

_GRACE = 1.0  # seconds for a busy loop to hand over what it has
_NOBODY = Push(address="connectid-check", content={})

PUSHES = prometheus_client.Counter("connectid_pushes", "Pushes by what became of them.", ["outcome"])


class FcmPush:
    """Sends through one Firebase project. Safe to use from many threads and after a fork."""

    def __init__(self, *, url: str, project: str, tokens: ServiceAccountTokens) -> None:
        self._url = f"{url.rstrip('/')}/v1/projects/{project}/messages:send"
        self._tokens = tokens
        self._watch = Watch("fcm", CircuitBreaker(threshold=FAILURES_IN_A_ROW))
        self._requests: FcmRequests | None = None
        self._left_behind: list[FcmRequests] = []
        """Of the process that this one was forked from, whose connections are not ours to close."""
        atexit.register(self.close)

    @classmethod
    def from_settings(cls) -> Self:
        """Read ``FCM_SERVICE_ACCOUNT``, which mostly names its project, ``FCM_API_URL`` and ``GOOGLE_TOKEN_URL``."""
        tokens = ServiceAccountTokens.from_json(
            settings.FCM_SERVICE_ACCOUNT, scope=SCOPE, token_url=settings.GOOGLE_TOKEN_URL
        )
        project = tokens.project or settings.FIREBASE_PROJECT_ID
        return cls(url=settings.FCM_API_URL, project=project, tokens=tokens)

    def send(self, pushes: Sequence[Push], *, deadline: float) -> list[Outcome]:
        """Send all (see :class:`connectid.providers.push.PushSender`)."""
        outcomes = self._outcomes(pushes, deadline=deadline, validate_only=False)
        counts = Counter(type(outcome) for outcome in outcomes)
        for kind, count in counts.items():
            PUSHES.labels(kind.__name__).inc(count)
        if counts[Misconfigured]:
            log.error("push_misconfigured", provider="fcm", count=counts[Misconfigured])
        return outcomes

    def check(self, *, deadline: float) -> str:
        """Let FCM judge a message to nobody, which it validates and does not send."""
        match self._outcomes([_NOBODY], deadline=deadline, validate_only=True)[0]:
            case Misconfigured(reason) | TryLater(reason):
                return reason
            case NotFinished():
                return "fcm did not answer in time"
            case _:  # whatever it says of the message, it accepted our credentials and our project
                return ""

    def close(self) -> None:
        """Close every connection."""
        requests, self._requests = self._requests, None
        if requests is not None and _loop.is_running(requests.loop):
            _loop.submit(requests.close()).result(timeout=5)
        atexit.unregister(self.close)

    def _outcomes(self, pushes: Sequence[Push], *, deadline: float, validate_only: bool) -> list[Outcome]:
        ends_at = time.monotonic() + deadline
        outcomes: list[Outcome] = [NotFinished(begun=False)] * len(pushes)
        if not pushes:
            return outcomes
        try:
            token = self._tokens.access_token(
                deadline=deadline
            )  # waits here and not on the loop, which others use
        except ServiceAccountRefused as refused:
            return [Misconfigured(refused.reason)] * len(pushes)
        except Unavailable as unavailable:
            return [TryLater(unavailable.reason, unavailable.retry_after)] * len(pushes)
        sending = _loop.submit(
            self._send(pushes, outcomes, ends_at=ends_at, token=token, validate_only=validate_only)
        )
        try:
            sending.result(timeout=max(0.0, ends_at - time.monotonic()) + _GRACE)
        except TimeoutError:
            sending.cancel()
        return list(outcomes)

    async def _send(
        self,
        pushes: Sequence[Push],
        outcomes: list[Outcome],
        *,
        ends_at: float,
        token: str,
        validate_only: bool,
    ) -> None:
        if self._requests is None or self._requests.loop is not asyncio.get_running_loop():
            if self._requests is not None:
                self._left_behind.append(self._requests)
            self._requests = FcmRequests(url=self._url, tokens=self._tokens, watch=self._watch)
        self._requests.token = token
        await self._requests.send(pushes, outcomes, ends_at=ends_at, validate_only=validate_only)
