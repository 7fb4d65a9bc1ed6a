"""Opening a session while each outside call takes 100 ms: the answer takes as long as one of them, not as all."""

from collections.abc import Iterator

from benchmarks import load, server
from benchmarks.report import Figure
from connectid.demo.gson import gson, request_hash
from connectid.demo.phone import VirtualPhone
from connectid.testing.vendors import Vendors

DELAY = 0.1
REQUESTS = 40
CALLS = 3
"""Invitation, attestation, toggles."""


def figures(environment: dict[str, str]) -> Iterator[Figure]:
    """Measure the real adapters against slow fakes."""
    with Vendors(delay=DELAY) as vendors, server.running(environment | vendors.environment()) as running:
        phone = VirtualPhone(running.url, "+265991234567", attest=vendors.attest)
        body = phone.described()
        claimed = request_hash(body)
        headers = {
            "Content-Type": "application/json",
            "CC-Request-Hash": claimed,
            "CC-Integrity-Token": vendors.attest(claimed, phone.package),
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
        vendors.requests.clear()
        before = running.cpu_seconds()
        outcome = load.apply(request)
        cpu = (running.cpu_seconds() - before) / REQUESTS
        calls = len(vendors.requests) / REQUESTS
    if outcome.failures:
        raise RuntimeError(f"start_configuration: answered {outcome.failures} instead of 200")
    yield Figure("outside calls per request, toggles cached", calls, "")
    yield Figure("total, median", outcome.median * 1000, "ms", goal=130)
    yield Figure("total, 95th percentile", outcome.p95 * 1000, "ms")
    yield Figure("one after another they would take", CALLS * DELAY * 1000, "ms")
    yield Figure("application CPU per request", cpu * 1000, "ms")
