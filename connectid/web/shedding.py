"""Before anything else is done for a request: is there a turn for it, or is it answered 503 at once?

Outside Django, because an answer that helps nobody must cost nearly nothing: no request object, no route, no credentials, no
connection to the database. In plain text for everybody, for what a client does with a refusal that it can read is worse: 400 and JSON
from ``o/token`` and ``o/userinfo`` make phones forget their user, other words crash the app, and after 429 its screens offer no second try
(contract 4, 14.5).
"""

from collections.abc import Iterable
from itertools import cycle
from threading import Lock
from time import monotonic

import structlog
from prometheus_client import Counter, Histogram

from connectid.web.gateway import Application, Environ, Headers, StartResponse
from connectid.web.turns import Turns

log = structlog.get_logger(__name__)

RETRY_AFTER = range(5, 31)
"""Seconds, each answer another: partners that were turned away together come again apart. Never 0, at which phones try again at
once (OkHttp)."""

QUIET = 10.0
"""Seconds without a refusal after which an overload is over."""

EXEMPT = frozenset(("/users", "/users/", "/health/live", "/health/ready", "/metrics"))
"""Asked in order to know how the server is. One that is taken for dead leaves its load to the others, who are no better off."""

REPEATED = frozenset(
    (
        "/messaging/retrieve_notifications",
        "/messaging/retrieve_messages",
        "/users/heartbeat",
        "/users/credentials",
        "/toggles",
    )
)
"""What phones ask again by themselves, every hour or every four: refused before anything that a person or a partner waits for."""

_BODY = b"Temporarily overloaded.\n"
_SHED = Counter(
    "connectid_shed_requests",
    "Requests answered 503 before any work: the queue was full, or they waited too long.",
    ["reason"],
)
_WAIT = Histogram(
    "connectid_turn_wait_seconds",
    "How long requests waited for a turn, those that had to.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
)


def shedding(application: Application, turns: Turns) -> Application:
    """Wrap the outermost WSGI application."""
    refused = {"full": _SHED.labels("full"), "late": _SHED.labels("late")}
    overload = _Overload()
    answers = cycle([_headers(seconds) for seconds in RETRY_AFTER])

    def answer(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path in EXEMPT:
            return application(environ, start_response)
        waited = None
        if not turns.take():
            began = monotonic()
            reason = turns.wait(may_come_again=path.rstrip("/") in REPEATED)
            if reason is not None:
                refused[reason].inc()
                overload.note(turns.waiting)
                start_response("503 Service Unavailable", next(answers))
                return [_BODY]
            waited = monotonic() - began
        try:
            if waited is not None:
                _WAIT.observe(waited)
            return application(environ, start_response)
        finally:
            turns.give_back()
            if overload.refused:
                overload.end_if_quiet()

    return answer


class _Overload:
    """Says in the log when refusals begin and when they have ended, not each of them."""

    def __init__(self) -> None:
        self.refused = 0
        self._last = 0.0
        self._lock = Lock()

    def note(self, waiting: int) -> None:
        """One more was refused, behind so many."""
        with self._lock:
            self._last = monotonic()
            self.refused += 1
            is_first = self.refused == 1
        if is_first:
            log.warning("overload_began", waiting=waiting)

    def end_if_quiet(self) -> None:
        """Somebody was served; nobody was refused for a while, perhaps."""
        with self._lock:
            if not self.refused or monotonic() - self._last < QUIET:
                return
            refused, self.refused = self.refused, 0
        log.warning("overload_ended", refused=refused)


def _headers(seconds: int) -> Headers:
    return [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(_BODY))),
        ("Cache-Control", "no-store"),
        ("Retry-After", str(seconds)),
    ]
