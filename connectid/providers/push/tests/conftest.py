"""A faked FCM, and every sender there is."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from pytest_django import Settings

from connectid.providers import push
from connectid.providers.push.tests.fake_fcm import FakeFcm
from connectid.sandbox import inbox
from connectid.testing.fake_http import FakeHttpServer


@pytest.fixture
def fcm(settings: Settings) -> Iterator[FakeFcm]:
    """FCM, chosen by the settings."""
    with FakeHttpServer() as server:
        fake = FakeFcm(server)
        for name, value in fake.settings().items():
            setattr(settings, name, value)
        yield fake
        push.pick().close()


@dataclass
class Sender:
    """A sender, and a look at what arrived."""

    sends: push.PushSender
    fcm: FakeFcm | None = None

    def arrived(self) -> list[dict[str, Any]]:
        """The messages that arrived, by address."""
        if self.fcm is not None:
            return sorted(self.fcm.messages, key=lambda message: str(message["token"]))
        return [sent.payload for sent in sorted(inbox.messages(kind="push"), key=lambda sent: sent.recipient)]


@pytest.fixture(params=["sandbox", "fcm"])
def sender(request: pytest.FixtureRequest, settings: Settings) -> Sender:
    """Each sender in turn."""
    if request.param == "fcm":
        fcm = request.getfixturevalue("fcm")
        return Sender(push.pick(), fcm)
    settings.PUSH_PROVIDER = "sandbox"
    return Sender(push.pick())
