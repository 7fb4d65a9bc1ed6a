"""Many requests to FCM at once, on one event loop."""

import asyncio
import json
import ssl
import time
from collections.abc import Iterator, Sequence

import aiohttp
import requests
import structlog

from connectid.providers._google import ServiceAccountRefused, ServiceAccountTokens
from connectid.providers._http import seconds_to_wait
from connectid.providers._watch import Abandoned, Throttled, TimedOut, Watch
from connectid.providers.errors import Unavailable
from connectid.providers.push import (
    BadMessage,
    Delivered,
    Misconfigured,
    NotFinished,
    Outcome,
    Push,
    TryLater,
)
from connectid.providers.push.message import TooLarge, message_of
from connectid.providers.push.verdict import outcome_of

log = structlog.get_logger(__name__)

BATCH_IN_FLIGHT = 100
"""Requests at once for one batch. At 40 ms each that is 2,500 a second, what a processor of a slow machine can send, and other batches
are not kept waiting."""
MOST_IN_FLIGHT = 512
"""Requests at once, of all batches of a process together; each has a connection, so this is their number too."""
PATIENCE = 15.0
"""Seconds for one push; FCM asks for at least ten."""
SLOW = 3.0
"""Seconds without an answer that speak against FCM; a batch may end sooner than that."""
_JSON = json.JSONEncoder(separators=(",", ":"))
_TO_CONNECT = 3.0
_TO_RENEW = 5.0
_LARGEST_ANSWER = 65_536


class FcmRequests:
    """The connections of one event loop, and the requests that share them. Everything here runs on that loop."""

    def __init__(self, *, url: str, tokens: ServiceAccountTokens, watch: Watch) -> None:
        self.loop = asyncio.get_running_loop()
        self.token = ""
        """The access token that requests carry, until FCM says that it has ended."""
        self._url = url
        self._tokens = tokens
        self._watch = watch
        self._session = _session(url)
        self._room = asyncio.Semaphore(MOST_IN_FLIGHT)
        self._renewing = asyncio.Lock()

    async def close(self) -> None:
        """Close every connection."""
        await self._session.close()

    async def send(
        self, pushes: Sequence[Push], outcomes: list[Outcome], *, ends_at: float, validate_only: bool
    ) -> None:
        """Send ``pushes`` and write their outcomes to the same places of ``outcomes``; what is not begun stays untouched.

        ``ends_at`` is on the monotonic clock. However many pushes there are, no more are prepared than are in flight.
        """
        waiting = iter(enumerate(pushes))

        async def work(waiting: Iterator[tuple[int, Push]]) -> None:
            for place, push in waiting:
                if time.monotonic() >= ends_at:
                    return
                outcomes[place] = await self._outcome(push, ends_at=ends_at, validate_only=validate_only)

        async with asyncio.TaskGroup() as group:
            for _ in range(min(len(pushes), BATCH_IN_FLIGHT)):
                group.create_task(work(waiting))

    async def _outcome(self, push: Push, *, ends_at: float, validate_only: bool) -> Outcome:
        try:
            content = {"validate_only": True} if validate_only else {}
            body = _JSON.encode({"message": message_of(push), **content}).encode()
        except TooLarge:
            return BadMessage("it is larger than FCM takes")
        except (TypeError, ValueError, RecursionError):
            return BadMessage("its content is not JSON")
        try:
            if self._room.locked():
                async with asyncio.timeout_at(ends_at):
                    await self._room.acquire()
            else:
                await self._room.acquire()
        except TimeoutError:
            return NotFinished(begun=False)
        try:
            return await self._ask(body, ends_at=ends_at)
        except Exception:  # whatever went wrong belongs to this push alone
            log.exception("push_broke", provider="fcm")
            return TryLater("the push broke something of ours")
        finally:
            self._room.release()

    async def _ask(self, body: bytes, *, ends_at: float) -> Outcome:
        """Send one message under the breaker's eyes."""
        try:
            with self._watch.call() as watched:
                outcome = await self._answer_in_time(body, ends_at=ends_at)
                if not isinstance(outcome, Delivered):
                    watched.outcome = "rejected"
                return outcome
        except ServiceAccountRefused as refused:
            return Misconfigured(refused.reason)
        except (TimedOut, Abandoned) as late:
            return NotFinished(begun=True) if time.monotonic() >= ends_at else TryLater(late.reason)
        except Unavailable as unavailable:
            return TryLater(unavailable.reason, unavailable.retry_after)

    async def _answer_in_time(self, body: bytes, *, ends_at: float) -> Outcome:
        """Return what FCM says; raises ``Unavailable`` where it says nothing, or to come again later."""
        began = time.monotonic()
        try:
            async with asyncio.timeout_at(min(ends_at, began + PATIENCE)):
                status, outcome = await self._answer(body)
        except aiohttp.ServerTimeoutError:
            raise TimedOut("fcm could not be reached in time") from None
        except TimeoutError:
            late = TimedOut if time.monotonic() - began >= SLOW else Abandoned
            raise late("fcm did not answer in time") from None
        except aiohttp.ClientConnectorError:
            raise Unavailable("fcm could not be reached") from None
        except aiohttp.InvalidURL:
            raise Unavailable("fcm has an address in the settings that cannot be used") from None
        except (aiohttp.ClientError, OSError):
            raise Unavailable("fcm broke the connection") from None
        if isinstance(outcome, TryLater):
            kind = Throttled if status == 429 else Unavailable
            raise kind(outcome.reason, outcome.retry_after)
        return outcome

    async def _answer(self, body: bytes) -> tuple[int, Outcome]:
        """Send the message, and once more where the access token had ended."""
        token = self.token
        status, outcome = await self._post(body, token)
        if status == 401:
            status, outcome = await self._post(body, await self._other_than(token))
        return status, outcome

    async def _other_than(self, token: str) -> str:
        """Return another access token; the first of many requests gets it for all."""
        async with self._renewing:
            if self.token == token:
                self._tokens.forget(token)
                self.token = await asyncio.to_thread(self._tokens.access_token, deadline=_TO_RENEW)
        return self.token

    async def _post(self, body: bytes, token: str) -> tuple[int, Outcome]:
        try:
            return await self._post_once(body, token)
        except aiohttp.ClientConnectorError:
            raise
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
            # FCM closed a kept connection just as we used it. A push that arrives twice is shown once.
            return await self._post_once(body, token)

    async def _post_once(self, body: bytes, token: str) -> tuple[int, Outcome]:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        async with self._session.post(
            self._url, data=body, headers=headers, allow_redirects=False
        ) as response:
            content = b""
            async for chunk in response.content.iter_any():
                content += chunk
                if len(content) > _LARGEST_ANSWER:
                    response.close()
                    return response.status, TryLater("fcm sent more than was allowed")
            wait = seconds_to_wait(response.headers.get("Retry-After"))
            return response.status, outcome_of(response.status, content, retry_after=wait)


def _session(url: str) -> aiohttp.ClientSession:
    """Make the session. Proxies and certificates are those that all other calls use, which go through requests."""
    surroundings = requests.Session().merge_environment_settings(url, {}, None, None, None)
    secure = url.startswith("https:")
    authorities = surroundings["verify"]
    context = ssl.create_default_context(
        cafile=authorities if isinstance(authorities, str) else requests.utils.DEFAULT_CA_BUNDLE_PATH
    )
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, ssl=context if secure else True, keepalive_timeout=60),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=_TO_CONNECT),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        skip_auto_headers=("Accept", "Accept-Encoding", "User-Agent"),
        proxy=surroundings["proxies"].get("https" if secure else "http"),
    )
