"""What anybody reads to check a credential: keys and where they are."""

import json
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from jwcrypto import jwk

from connectid.core import clock
from connectid.credentials.tests.verifying import JWKS, published
from connectid.oauth.key_uses import VERIFIABLE_CREDENTIAL
from connectid.oauth.operations import signing_keys
from connectid.testing.budget import StatementBudget

ISSUER = "/credentials/issuer"
METADATA = "/.well-known/jwt-vc-issuer/credentials/issuer"

pytestmark = pytest.mark.django_db


def test_the_keys(client: Client) -> None:
    """Public halves only, each by the address that signatures name; at that address is the same key."""
    signing_keys.rotate(at=clock.now(), use=VERIFIABLE_CREDENTIAL)
    keys = published(client)["keys"]
    assert len(keys) == 2
    for key in keys:
        assert {*key} == {"kty", "crv", "x", "y", "use", "alg", "kid"}
        assert (key["kty"], key["crv"], key["use"], key["alg"]) == ("EC", "P-256", "sig", "ES256")
        address = f"{settings.PUBLIC_URL}/credentials/keys/{jwk.JWK(**key).thumbprint()}"
        assert key["kid"] == address
        answer = client.get(address.removeprefix(settings.PUBLIC_URL))
        assert (answer.status_code, answer.json()) == (200, key)


def test_the_issuer(client: Client) -> None:
    said = client.get(ISSUER).json()
    keys = published(client)["keys"]
    assert said["id"] == f"{settings.PUBLIC_URL}{ISSUER}"
    assert (said["type"], said["name"], said["url"]) == (["Profile"], "PersonalID", settings.PUBLIC_URL)
    assert said["@context"][0] == "https://www.w3.org/ns/cid/v1"
    assert said["assertionMethod"] == [key["kid"] for key in keys]
    assert said["verificationMethod"] == [
        {"id": key["kid"], "type": "JsonWebKey", "controller": said["id"], "publicKeyJwk": key}
        for key in keys
    ]
    metadata = client.get(METADATA).json()
    assert metadata == {"issuer": said["id"], "jwks_uri": f"{settings.PUBLIC_URL}{JWKS}"}


@pytest.mark.parametrize("path", [JWKS, ISSUER, METADATA])
def test_anybody_may_read_and_keep_them(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert '"d"' not in json.dumps(answer.json())


@pytest.mark.parametrize("thumbprint", ["x", "A" * 43, "%00"])
def test_no_such_key(client: Client, thumbprint: str) -> None:
    answer = client.get(f"/credentials/keys/{thumbprint}")
    assert (answer.status_code, answer.json()) == (404, {"detail": "No key matches the given query."})


def test_keys_of_id_tokens_are_not_among_them(client: Client) -> None:
    signing_keys.keys(at=clock.now())
    assert {key["kty"] for key in published(client)["keys"]} == {"EC"}
    assert {key["kty"] for key in client.get("/o/.well-known/jwks.json").json()["keys"]} == {"RSA"}


def test_a_key_of_which_nothing_is_good_any_more_is_forgotten() -> None:
    begun = clock.now() - timedelta(days=400)
    signing_keys.keys(at=begun, use=VERIFIABLE_CREDENTIAL)
    signing_keys.rotate(at=begun, use=VERIFIABLE_CREDENTIAL, at_once=True)
    assert signing_keys.prune(at=clock.now()) == 1


@pytest.mark.parametrize("path", [JWKS, ISSUER])
def test_statements(client: Client, statement_budget: StatementBudget, path: str) -> None:
    statement_budget(
        1,
        grow=lambda n: [
            signing_keys.rotate(at=clock.now(), use=VERIFIABLE_CREDENTIAL, at_once=True) for _ in range(n)
        ],
        act=lambda: client.get(path),
    )
