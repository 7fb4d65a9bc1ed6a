"""Calls of the HTTP client, as its tests make and count them."""

import itertools
from typing import Any

from prometheus_client import REGISTRY

from connectid.providers._http import HttpClient, Response
from connectid.testing.fake_http import FakeHttpServer

SECRET = "+26599123456"  # stands for whatever may never reach a message
_numbers = itertools.count()


def new_name() -> str:
    """A vendor no test has called yet, so that metrics and breaker start from nothing."""
    return f"vendor{next(_numbers)}"


def count(client: HttpClient, outcome: str) -> float:
    """How many calls of the client ended so."""
    labels = {"provider": client.name, "outcome": outcome}
    return REGISTRY.get_sample_value("connectid_provider_calls_total", labels) or 0


def get(client: HttpClient, vendor: FakeHttpServer, *, idempotent: bool = True, **options: Any) -> Response:
    """Ask the vendor for something, with a secret in the address."""
    return client.request("GET", vendor.url, idempotent=idempotent, params={"number": SECRET}, **options)
