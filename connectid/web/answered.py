"""What logs and metrics say of a request that is answered: words of our own code and numbers, never what the client sent."""

from datetime import datetime
from time import perf_counter
from typing import NamedTuple

from django.http import HttpRequest

from connectid.core import clock
from connectid.web.request_names import method_name, route_name, statements_of

STARTED = "connectid.started"
"""In the environment of a request: when it was first taken up, of ``perf_counter``, by whatever way."""


class Answered(NamedTuple):
    """A request and its answer."""

    at: datetime
    request_id: str | None
    method: str
    route: str
    status: int
    seconds: float
    """From when it was taken up to when its answer was ready."""
    statements: int | None
    """None where nobody counted."""


def of(request: HttpRequest, status: int, started: float) -> Answered:
    """Describe a request that was taken up at ``started``, of ``perf_counter``, and is answered now."""
    return Answered(
        clock.now(),
        getattr(request, "request_id", None),
        method_name(request),
        route_name(request),
        status,
        perf_counter() - started,
        statements_of(request),
    )
