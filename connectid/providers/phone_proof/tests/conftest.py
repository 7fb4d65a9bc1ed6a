"""What the tests of Firebase share."""

from collections.abc import Iterator

import pytest

from connectid.providers.phone_proof.firebase import FirebaseProver
from connectid.providers.phone_proof.tests.firebase_tokens import PROJECT, SigningKey
from connectid.testing.fake_http import Answer, FakeHttpServer


@pytest.fixture(scope="session")
def key() -> SigningKey:
    """The key Google signs with."""
    return SigningKey("key-1")


@pytest.fixture
def google(key: SigningKey) -> Iterator[FakeHttpServer]:
    """The address of Google's certificates."""
    with FakeHttpServer() as server:
        server.answers(
            Answer(json={key.key_id: key.certificate}, headers={"Cache-Control": "public, max-age=20000"})
        )
        yield server


@pytest.fixture
def firebase(google: FakeHttpServer) -> FirebaseProver:
    """A prover that trusts the key."""
    return FirebaseProver(PROJECT, certificates_url=google.url)
