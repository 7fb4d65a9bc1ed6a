"""How a server process reaches PostgreSQL while it serves requests, and how its jobs do beside that.

Requests have limits of time: a lock that somebody holds, or a plan gone wrong, must not hold a phone and a connection for ever.
Behind PgBouncer they share its connections. Jobs and commands (migrations, exports, ``generate``) may take long, listen,
and hold locks of a session: they use DATABASES as it stands. (Decision 0035.)
"""

import copy
from typing import Any

from django.conf import settings
from django.db import connections

KEPT_SECONDS = 600
"""How long a thread of jobs keeps its connection: it has no pool."""

_of_jobs: dict[str, dict[str, Any]] = {}
"""DATABASES as it was before :func:`use`, without pools."""


def use() -> None:
    """From now on, let connections of this process be those of requests. Call it before the first is opened."""
    named: dict[str, dict[str, Any]] = connections.settings
    for alias, differing in settings.DATABASES_OF_REQUESTS.items():
        own = _of_jobs[alias] = copy.deepcopy(named[alias])
        own["OPTIONS"].pop("pool", None)
        own |= {"CONN_MAX_AGE": KEPT_SECONDS, "CONN_HEALTH_CHECKS": True}
        named[alias].update(differing)


def use_those_of_jobs() -> None:
    """Let this thread have connections of its own, without limits, as commands have them; nothing where all have them."""
    for alias, own in _of_jobs.items():
        connections[alias].close()
        connections[alias].settings_dict = own


def parameters() -> dict[str, Any]:
    """How a request of a server connects, for psycopg; for who wants to see what it would get."""
    configured = connections["default"].settings_dict | settings.DATABASES_OF_REQUESTS.get("default", {})
    found = dict(connections["default"].__class__(configured, "default").get_connection_params())
    for name in ("context", "cursor_factory", "prepare_threshold"):
        found.pop(name, None)
    return found
