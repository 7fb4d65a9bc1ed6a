"""A database that does not answer is not a fault of the request: 503, soon, in plain text.

Plain text on purpose: CommCare HQ reads JSON from userinfo whatever its status, and JSON without ``sub`` makes it
wipe the phone's link (contract 14.5).
"""

import sqlite3
from collections.abc import Callable

import structlog
from django.db import InterfaceError, NotSupportedError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from psycopg_pool import PoolTimeout

from connectid.core import outdated_plans

log = structlog.get_logger(__name__)

RETRY_AFTER = 5
"""Seconds; about what a failover of a managed PostgreSQL's proxy takes to be noticed."""


class Unavailable(Exception):
    """Raised by a view that cannot answer now and whose clients must not be told so in JSON."""


class UnavailableMiddleware:
    """Answer 503 with ``Retry-After`` where a view failed for want of its database, or says so itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Django's hook for an exception that a view raised."""
        if isinstance(exception, Unavailable):
            return _answer()
        if not _is_passing(exception):
            return None
        log.error("database_unavailable", exception=type(exception).__name__)
        return _answer()


def _answer() -> HttpResponse:
    response = HttpResponse(
        "Temporarily unavailable.\n", status=503, content_type="text/plain; charset=utf-8"
    )
    response["Retry-After"] = str(RETRY_AFTER)
    return response


def _is_passing(exception: Exception) -> bool:
    """Whether the same request may well be answered in a moment."""
    if isinstance(exception, NotSupportedError):
        return outdated_plans.is_outdated(exception)  # of a transaction: the next one prepares anew
    return isinstance(exception, (OperationalError, InterfaceError, PoolTimeout)) and not _is_ours(exception)


def _is_ours(exception: Exception) -> bool:
    """Whether SQLite tells of a mistake in a statement, such as a missing column, and not of a trouble of its own."""
    return getattr(exception.__cause__, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR
