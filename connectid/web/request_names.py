"""How logs and metrics name a request: by words of our own code, never by what the client sent."""

from django.http import HttpRequest

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def method_name(request: HttpRequest) -> str:
    """The method, or ``OTHER``: a client may send any word for one, and must not make a metric of each."""
    method = request.method or ""
    return method if method in METHODS else "OTHER"


def route_name(request: HttpRequest) -> str:
    """The pattern that matched, the same for both slash variants; ``unmatched`` for an address nobody serves."""
    match = request.resolver_match
    return "unmatched" if match is None else match.route.strip("/") or "root"


def statements_of(request: HttpRequest) -> int | None:
    """How many statements the request ran, or None where nobody counted."""
    budget = getattr(request, "query_budget", None)
    return None if budget is None else budget.total
