"""A vendor that does as it is told, and a client of it whose pauses cost nothing."""

from collections.abc import Iterator

import pytest

from connectid.providers._http import HttpClient
from connectid.providers.tests.calls import new_name
from connectid.testing.fake_http import FakeHttpServer


@pytest.fixture
def vendor() -> Iterator[FakeHttpServer]:
    with FakeHttpServer() as server:
        yield server


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def client(pauses: list[float]) -> HttpClient:
    return HttpClient(new_name(), deadline=5, sleep=pauses.append)
