"""The one HTTP client of all providers: deadlines, bounded retries, a circuit breaker and metrics.

A vendor module makes one ``HttpClient`` for its process and maps what the vendor says to values or to
``Rejected``. What every vendor has in common is decided here: a failure of the network and the statuses 429 and 5xx
are ``Unavailable``, redirects are never followed, answers are bounded in size, and no exception names the address
(it may hold a phone number) or a header.
"""

import json
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from urllib3 import Timeout
from urllib3.exceptions import HTTPError, NewConnectionError, ProtocolError, ReadTimeoutError

from connectid.providers._deadline import DeadlineAdapter, PublicOnlyAdapter
from connectid.providers._watch import Throttled, TimedOut, Watch
from connectid.providers.breaker import CircuitBreaker
from connectid.providers.errors import Unavailable

MAX_RETRIES = 2
"""Of one request."""
_LONGEST_PAUSE = 2.0  # seconds; a provider that asks for more is left to the caller's own retries
_FIRST_PAUSE = 0.1  # seconds; doubles with every retry
_RETRIED_STATUSES = frozenset({429, 502, 503, 504})
_CHUNK = 16_384


@dataclass(frozen=True, slots=True)
class Response:
    """A complete answer with a status below 500 other than 429. Header names are case-insensitive."""

    provider: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def ok(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300

    def json(self) -> Any:
        """The body read as JSON; raises ``Unavailable`` when it is not JSON, as a captive portal's page is not."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            pass
        raise Unavailable(f"{self.provider} answered {self.status} with a body that is not JSON")


@dataclass(frozen=True, slots=True)
class _Failure:
    """Why one attempt failed. ``unsent`` is true only when the provider cannot have seen the request."""

    reason: str
    kind: type[Unavailable] = Unavailable
    transient: bool = True
    unsent: bool = False
    retry_after: float | None = None


class HttpClient:
    """Calls one provider. Make one for each provider and process; it is safe to use from many threads.

    ``name`` labels the metrics and begins every reason. ``deadline`` and ``connect_timeout`` are seconds. ``public_only`` is for
    addresses that others chose: nothing but the public internet is connected to. ``retries`` is 0 for callers who have a schedule
    of their own.
    """

    def __init__(
        self,
        name: str,
        *,
        deadline: float = 15.0,
        connect_timeout: float = 3.0,
        breaker: CircuitBreaker | None = None,
        sleep: Callable[[float], None] = time.sleep,
        public_only: bool = False,
        retries: int = MAX_RETRIES,
    ) -> None:
        self.name = name
        self._watch = Watch(name, breaker)
        self._deadline = deadline
        self._connect_timeout = connect_timeout
        self._sleep = sleep
        self._retries = retries
        self._adapter = PublicOnlyAdapter if public_only else DeadlineAdapter
        self._session_lock = threading.Lock()
        self._session: requests.Session | None = None

    def request(
        self,
        method: str,
        url: str,
        *,
        idempotent: bool,
        deadline: float | None = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        json: object = None,
        data: Mapping[str, str] | bytes | None = None,
        max_bytes: int = 262_144,
    ) -> Response:
        """Send one request and return the complete answer, or raise ``Unavailable``.

        ``deadline`` bounds the seconds spent here, retries and pauses included. An idempotent request is retried at most
        twice after a network failure or a 429, 502, 503 or 504; any other request only when it never left this machine.
        ``max_bytes`` bounds the decoded body. Statuses below 500 other than 429 are the caller's to judge, redirects too.
        """
        ends_at = time.monotonic() + (self._deadline if deadline is None else deadline)
        request = requests.Request(
            method,
            url,
            params=params,
            headers=dict(headers or {}),
            auth=auth or _no_auth,
            json=json,
            data=data,
        )
        with self._watch.call() as watched:
            result = self._attempt(request, ends_at=ends_at, max_bytes=max_bytes)
            attempts = 1
            while isinstance(result, _Failure):
                pause = (
                    None
                    if attempts > self._retries
                    else _pause_before_retry(attempts, result, idempotent=idempotent)
                )
                if pause is None or time.monotonic() + pause >= ends_at:
                    raise result.kind(f"{self.name} {result.reason}", result.retry_after)
                self._sleep(pause)
                result = self._attempt(request, ends_at=ends_at, max_bytes=max_bytes)
                attempts += 1
            if result.status >= 400:
                watched.outcome = "rejected"
            return result

    def _attempt(self, request: requests.Request, *, ends_at: float, max_bytes: int) -> Response | _Failure:
        session = self._pooled_session()
        left = ends_at - time.monotonic()
        if left <= 0:
            return _TIMED_OUT
        try:
            prepared = session.prepare_request(request)
            environment = session.merge_environment_settings(prepared.url, {}, True, None, None)
            timeout: Any = Timeout(connect=min(self._connect_timeout, left), total=left)
            with session.send(prepared, allow_redirects=False, timeout=timeout, **environment) as answer:
                body = _read(answer, max_bytes)
        except (requests.RequestException, HTTPError, OSError) as error:
            return _network_failure(error)
        if body is None:
            return _Failure("sent more than was allowed", transient=False)
        if answer.status_code == 429 or answer.status_code >= 500:
            return _Failure(
                f"answered {answer.status_code}",
                Throttled if answer.status_code == 429 else Unavailable,
                transient=answer.status_code in _RETRIED_STATUSES,
                retry_after=seconds_to_wait(answer.headers.get("Retry-After")),
            )
        return Response(self.name, answer.status_code, answer.headers, body)

    def _pooled_session(self) -> requests.Session:
        with self._session_lock:
            if self._session is None:
                session = requests.Session()
                session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
                adapter = self._adapter(pool_connections=4, pool_maxsize=64, max_retries=0)
                session.mount("https://", adapter)
                session.mount("http://", adapter)
                self._session = session
            return self._session


_TIMED_OUT = _Failure("did not answer in time", TimedOut)


def _no_auth(prepared: requests.PreparedRequest) -> requests.PreparedRequest:
    """Leave the request as it is. Without this, requests would put ~/.netrc's password over our own header."""
    return prepared


def _read(answer: requests.Response, max_bytes: int) -> bytes | None:
    """Return the decoded body, or ``None`` when it is longer than ``max_bytes``."""
    body = bytearray()
    for chunk in answer.iter_content(_CHUNK):
        body += chunk
        if len(body) > max_bytes:
            return None
    return bytes(body)


def _network_failure(error: Exception) -> _Failure:
    inner = error.args[0] if error.args else None
    match error:
        case (
            requests.exceptions.InvalidURL()
            | requests.exceptions.MissingSchema()
            | requests.exceptions.InvalidSchema()
        ):
            return _Failure("has an address in the settings that cannot be used", transient=False)
        case requests.exceptions.SSLError():
            return _Failure("could not be reached securely", transient=False)
        case requests.ConnectTimeout():
            return _Failure("could not be reached in time", TimedOut, unsent=True)
        case requests.ConnectionError() if isinstance(getattr(inner, "reason", None), NewConnectionError):
            return _Failure("could not be reached", unsent=True)
        case requests.Timeout() | TimeoutError():
            return _TIMED_OUT
        case requests.ConnectionError() if _timed_out(inner):  # while sending, or in the middle of the body
            return _TIMED_OUT
        case requests.ConnectionError() | requests.exceptions.ChunkedEncodingError():
            return _Failure("broke the connection")
        case _:
            return _Failure("gave an answer that cannot be read", transient=False)


def _timed_out(error: object) -> bool:
    if isinstance(error, ProtocolError):
        return any(isinstance(argument, TimeoutError) for argument in error.args)
    return isinstance(error, ReadTimeoutError)


def _pause_before_retry(attempts: int, failure: _Failure, *, idempotent: bool) -> float | None:
    """Seconds to wait before trying again, or ``None`` when there must be no other try."""
    if not failure.transient or not (idempotent or failure.unsent):
        return None
    if failure.retry_after is not None:
        return failure.retry_after if failure.retry_after <= _LONGEST_PAUSE else None
    return _FIRST_PAUSE * 2.0 ** (attempts - 1) * random.uniform(0.5, 1.5)  # noqa: S311 - spreads retries, guards nothing


def seconds_to_wait(value: str | None) -> float | None:
    """Seconds of a Retry-After header (RFC 9110, 10.2.3), which is a number or a date; ``None`` when it is neither."""
    if not value:
        return None
    if value.strip().isdecimal():
        return float(value)
    try:
        date = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, date.replace(tzinfo=date.tzinfo or UTC).timestamp() - time.time())
