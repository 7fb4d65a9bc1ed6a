"""What the tests of Play Integrity share."""

from collections.abc import Iterator

import pytest
from django.test import override_settings

from connectid.providers import attestation
from connectid.providers.attestation import Attestor
from connectid.providers.attestation.tests.fake_google import FakeGoogle
from connectid.testing.fake_http import FakeHttpServer


@pytest.fixture
def google() -> Iterator[FakeGoogle]:
    with FakeHttpServer() as server:
        yield FakeGoogle(server)


@pytest.fixture
def play(google: FakeGoogle) -> Iterator[Attestor]:
    with override_settings(**google.settings()):
        yield attestation.pick()
