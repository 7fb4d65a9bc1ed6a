"""Metrics in Prometheus's format: latency, statements and answers by route.

Each worker process counts on its own. Several share a folder (``connectid.web.workers``), and ``/metrics`` of
any of them adds them up. Outside calls count themselves, by provider and outcome; the backlog of jobs is read from its
table at each scrape.
"""

import hmac
from collections.abc import Callable, Iterator
from time import perf_counter

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from connectid.jobs.metrics import BacklogCollector
from connectid.web.client_address import is_internal
from connectid.web.limiting import unlimited
from connectid.web.request_names import method_name, route_name, statements_of
from connectid.web.workers import shared_folder

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


class RequestMetrics:
    """How long requests took, how many statements, which status."""

    def __init__(self) -> None:
        # labels() checks and locks at every call; what it returns is good for the life of the process.
        self._series: dict[tuple[str, str, int], tuple[Histogram, Counter, Histogram]] = {}

    def observe(self, request: HttpRequest, status: int, started: float) -> None:
        """Count a request that was taken up at ``started``, of ``perf_counter``."""
        elapsed = perf_counter() - started
        key = (route_name(request), method_name(request), status)
        seconds, responses, per_request = self._series.get(key) or self._open(key)
        seconds.observe(elapsed)
        responses.inc()
        statements = statements_of(request)
        if statements is not None:
            per_request.observe(statements)

    def _open(self, key: tuple[str, str, int]) -> tuple[Histogram, Counter, Histogram]:
        route, method, status = key
        series = (
            REQUEST_SECONDS.labels(route, method, f"{status // 100}xx"),
            RESPONSES.labels(route, method, str(status)),
            REQUEST_STATEMENTS.labels(route, method),
        )
        self._series[key] = series
        return series


class MetricsMiddleware:
    """Observes every request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self._metrics = RequestMetrics()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, then count."""
        started = perf_counter()
        response = self.get_response(request)
        self._metrics.observe(request, response.status_code, started)
        return response


@unlimited("whoever may not read it is refused before anything is asked")
@csrf_exempt
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Every metric of every worker, for this machine, trusted networks and holders of ``METRICS_TOKEN``."""
    if not _may_read(request):
        # 404 rather than 403: strangers need not know that it is here.
        return HttpResponse(status=404)
    return HttpResponse(b"".join(map(generate_latest, _registries())), content_type=CONTENT_TYPE_LATEST)


def _registries() -> Iterator[CollectorRegistry]:
    """What this process or, where several serve, all of them have counted; and the backlog of jobs, read now."""
    if shared_folder() is None:
        yield REGISTRY
    else:
        counted = CollectorRegistry()
        MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
        yield counted
    backlog = CollectorRegistry()
    backlog.register(BacklogCollector())
    yield backlog


def _may_read(request: HttpRequest) -> bool:
    token: str = settings.METRICS_TOKEN
    scheme, _, presented = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if (
        token
        and scheme.lower() == "bearer"
        and hmac.compare_digest(presented.strip().encode(), token.encode())
    ):
        return True
    return is_internal(request)
