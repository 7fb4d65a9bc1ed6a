"""What requests cost, by route: latency, statements, answers."""

from prometheus_client import Counter, Histogram

from connectid.web.answered import Answered

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25)
_STATEMENTS = (0, 1, 2, 3, 4, 6, 8, 12, 20, 50, 100)

REQUEST_SECONDS = Histogram(
    "connectid_request_seconds", "Time to answer.", ["route", "method", "status_class"], buckets=_SECONDS
)
REQUEST_STATEMENTS = Histogram(
    "connectid_request_statements",
    "Database statements of a request.",
    ["route", "method"],
    buckets=_STATEMENTS,
)
RESPONSES = Counter("connectid_responses", "Answers.", ["route", "method", "status"])


type _Series = tuple[Histogram, Counter, Histogram]

_series: dict[tuple[str, str, int], _Series] = {}
"""By route, method and status. ``labels()`` checks and locks at every call; what it returns is good for the life of the process."""


def observe(one: Answered) -> None:
    """Count a request."""
    key = (one.route, one.method, one.status)
    seconds, responses, per_request = _series.get(key) or _open(key)
    seconds.observe(one.seconds)
    responses.inc()
    if one.statements is not None:
        per_request.observe(one.statements)


def _open(key: tuple[str, str, int]) -> _Series:
    route, method, status = key
    series = _series[key] = (
        REQUEST_SECONDS.labels(route, method, f"{status // 100}xx"),
        RESPONSES.labels(route, method, str(status)),
        REQUEST_STATEMENTS.labels(route, method),
    )
    return series
