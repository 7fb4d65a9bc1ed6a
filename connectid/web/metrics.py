"""``/metrics``, in Prometheus's format.

Each worker process counts on its own. Several share a folder (``connectid.web.workers``), and any of them adds them up.
What requests cost is in :mod:`connectid.web.request_metrics`. Outside calls count themselves, by provider and outcome; the backlog of jobs is read from its
table at each scrape.
"""

import hmac
from collections.abc import Iterator

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from connectid.jobs.metrics import BacklogCollector
from connectid.web import afterwards
from connectid.web.client_address import is_internal
from connectid.web.limiting import unlimited
from connectid.web.workers import shared_folder


@unlimited("whoever may not read it is refused before anything is asked")
@csrf_exempt
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Every metric of every worker, for this machine, trusted networks and holders of ``METRICS_TOKEN``."""
    if not _may_read(request):
        # 404 rather than 403: strangers need not know that it is here.
        return HttpResponse(status=404)
    afterwards.of_process.count()
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
