"""Opening a session while each outside call takes 100 ms: the answer takes as long as the slowest of them, not as all."""

import statistics
import time
from collections.abc import Callable, Iterator

from benchmarks import load, server
from benchmarks.report import Figure
from connectid.demo.gson import gson, request_hash
from connectid.demo.phone import VirtualPhone
from connectid.testing.vendors import Vendors

DELAY = 0.1
REQUESTS = 40
CALLS = 3
"""Invitation, attestation, toggles."""
SLOWEST = 1.1
"""What the whole answer may take, over the slowest call by itself."""


def figures(environment: dict[str, str]) -> Iterator[Figure]:
    """Measure the real adapters against slow fakes: each call by itself, then all of them in a request."""
    with Vendors(delay=DELAY) as vendors, server.running(environment | vendors.environment()) as running:
        phone = VirtualPhone(running.url, "+265991234567", attest=vendors.attest)
        body = phone.described()
        claimed = request_hash(body)
        token = vendors.attest(claimed, phone.package)
        headers = {
            "Content-Type": "application/json",
            "CC-Request-Hash": claimed,
            "CC-Integrity-Token": token,
        }
        request = load.Load(
            running.url,
            "/users/start_configuration",
            REQUESTS,
            "POST",
            headers,
            gson(body).decode(),
            connections=1,
        )
        load.apply(request)  # each worker fetches Google's access token once
        slowest = max(map(_alone, _calls(vendors, phone, token)))
        vendors.requests.clear()
        before = running.cpu_seconds()
        outcome = load.apply(request)
        cpu = (running.cpu_seconds() - before) / REQUESTS
        calls = len(vendors.requests) / REQUESTS
    if outcome.failures:
        raise RuntimeError(f"start_configuration: answered {outcome.failures} instead of 200")
    yield Figure("outside calls per request, toggles cached", calls, "")
    yield Figure("the slowest call by itself, median", slowest * 1000, "ms")
    yield Figure("total, median", outcome.median * 1000, "ms")
    yield Figure("total, over the slowest call by itself", outcome.median / slowest, "x", goal=SLOWEST)
    yield Figure("total, 95th percentile", outcome.p95 * 1000, "ms")
    yield Figure("one after another they would take", CALLS * DELAY * 1000, "ms")
    yield Figure("application CPU per request", cpu * 1000, "ms")


def _calls(vendors: Vendors, phone: VirtualPhone, token: str) -> Iterator[Callable[[], object]]:
    """The calls of a request, by the adapters that the server uses."""
    import django

    django.setup()
    from django.test import override_settings

    from connectid.providers.attestation.play import PlayAttestor
    from connectid.providers.connect.commcare import CommCareConnect

    with override_settings(**vendors.environment()):
        connect, play = CommCareConnect.from_settings(), PlayAttestor.from_settings()
    yield lambda: connect.is_invited(phone.phone_number)
    yield lambda: connect.toggles(phone_number=phone.phone_number)
    yield lambda: play.decode(token=token, package=phone.package, deadline=10)


def _alone(call: Callable[[], object]) -> float:
    """Seconds of it, the median of as many as there are requests; the first one has its connection and access token to get."""
    call()
    seconds = []
    for _ in range(REQUESTS):
        began = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)
