"""Fixtures of the tests of toggles."""

from collections.abc import Iterator

import pytest
import redis
from django.test import override_settings

from connectid.core import clock
from connectid.core.clock import FrozenClock
from connectid.testing.fake_http import FakeHttpServer
from connectid.toggles.tests.partners import REDIS, entry, says, through


@pytest.fixture
def now() -> Iterator[FrozenClock]:
    """The clock, standing still."""
    with clock.frozen() as frozen:
        yield frozen


@pytest.fixture
def connect() -> Iterator[FakeHttpServer]:
    """CommCare Connect with one toggle, until a test says otherwise."""
    with FakeHttpServer() as server:
        says(server, entry("feature"))
        with override_settings(
            CONNECT_URL=server.url, COMMCARE_CONNECT_CLIENT_ID="us", COMMCARE_CONNECT_CLIENT_SECRET="ours"
        ):
            yield server


@pytest.fixture
def _shared() -> Iterator[None]:
    """A Redis that all servers share."""
    try:
        redis.from_url(REDIS, socket_connect_timeout=1).ping()
    except redis.RedisError:
        pytest.skip("needs Redis on this machine")
    with through(REDIS):
        yield
