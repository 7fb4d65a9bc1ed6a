"""What tests of notifications have around them."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from connectid.providers import push
from connectid.providers.push.tests.fake_fcm import FakeFcm
from connectid.testing.fake_http import FakeHttpServer


@pytest.fixture
def fcm(settings: Settings) -> Iterator[FakeFcm]:
    """FCM on a real socket, chosen by the settings."""
    with FakeHttpServer() as server:
        fake = FakeFcm(server)
        for name, value in fake.settings().items():
            setattr(settings, name, value)
        yield fake
        push.pick().close()
