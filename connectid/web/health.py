"""Health: is the process alive, and should it get requests?

``/health/live`` does nothing but answer. ``/health/ready`` asks the database, whether its migrations are
applied, and the cache; it answers 503 while one of them does not, and once a shutdown has begun, so that the
load balancer looks elsewhere before the server stops.
"""

import threading
from collections.abc import Mapping
from time import monotonic
from typing import Any

from django.core.cache import caches
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import ConnectionHandler
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from connectid.web.limiting import unlimited
from connectid.web.workers import is_shutting_down

TIMEOUT = 2.0
"""Seconds after which what has not answered counts as down."""

FRESH = 1.0
"""Seconds for which an answer is repeated: probes are many, and one check a second is enough."""

OK = "ok"

_TOO_MANY_CONNECTIONS = "53300"


@unlimited("probes ask it every few seconds, and it asks nobody")
@csrf_exempt
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """200 while the process answers at all."""
    return HttpResponse("ok", content_type="text/plain")


@unlimited("probes ask it every few seconds; it asks the database once a second at most")
@csrf_exempt
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """200 when requests can be served, else 503; the body names each check."""
    checks = readiness()
    is_ready = all(state == OK for state in checks.values())
    return JsonResponse(
        {"status": "ready" if is_ready else "not ready", "checks": dict(checks)},
        status=200 if is_ready else 503,
    )


def readiness() -> Mapping[str, str]:
    """The state of each check: ``ok``, or a word for what is wrong with it. Takes at most ``TIMEOUT``."""
    if is_shutting_down():
        return {"server": "draining"}
    return _probe.states()


def is_ready() -> bool:
    """Whether every check is ``ok``."""
    return all(state == OK for state in readiness().values())


def forget() -> None:
    """Check again at the next question, migrations too; for tests."""
    _probe.forget()


class _Probe:
    """Runs the checks in a thread of its own: what hangs, hangs there, and not the answer."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: threading.Event | None = None
        self._states: Mapping[str, str] = {}
        self._checked_at = float("-inf")
        self._migrated = False

    def states(self) -> Mapping[str, str]:
        """The latest states, at most ``FRESH`` seconds old."""
        with self._lock:
            if self._running is None:
                if monotonic() - self._checked_at < FRESH:
                    return self._states
                self._running = threading.Event()
                threading.Thread(target=self._check, args=(self._running,), daemon=True).start()
            finished = self._running
        if not finished.wait(TIMEOUT):
            return {"database": "timeout", "cache": "timeout"}
        return self._states

    def forget(self) -> None:
        """Hold nothing for known."""
        with self._lock:
            self._checked_at = float("-inf")
            self._migrated = False

    def _check(self, finished: threading.Event) -> None:
        states = {**self._database(), "cache": _cache()}
        with self._lock:
            self._states, self._checked_at, self._running = states, monotonic(), None
        finished.set()

    def _database(self) -> dict[str, str]:
        connection = _own_connection(connections.settings["default"])
        connections["default"] = connection  # of this thread: migrations are looked up by the alias
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            self._migrated = self._migrated or _is_migrated(connection)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with it, it is not ready
            cause = error.__cause__ or error
            if getattr(cause, "sqlstate", None) == _TOO_MANY_CONNECTIONS:
                return {"database": OK}  # busy, not down; taking this server away would only move its load
            return {"database": type(error).__name__}
        finally:
            BaseDatabaseWrapper.close(connection)  # SQLite's own keeps a database in memory open
        return {"database": OK, "migrations": OK if self._migrated else "missing"}


_probe = _Probe()


def _own_connection(default: dict[str, Any]) -> BaseDatabaseWrapper:
    """A connection outside the pool: a pool that is all lent out says nothing of the database."""
    options = {name: option for name, option in default["OPTIONS"].items() if name != "pool"}
    return ConnectionHandler({"default": {**default, "OPTIONS": options}})["default"]


def _cache() -> str:
    try:
        caches["default"].set("health", OK, timeout=30)
        return OK if caches["default"].get("health") == OK else "lost"
    except Exception as error:  # noqa: BLE001 - as above
        return type(error).__name__
    finally:
        caches.close_all()


def _is_migrated(connection: BaseDatabaseWrapper) -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())
