"""GET /o/.well-known/jwks.json (contract 14.6; safety: server-rotate-keys)."""

from typing import Any

import pytest
from django.test import Client
from joserfc import jwt
from joserfc.jwk import KeySet

from connectid.core import clock
from connectid.oauth import signing
from connectid.oauth.operations import signing_keys
from connectid.testing.budget import StatementBudget

PATHS = ("/o/.well-known/jwks.json", "/o/.well-known/jwks.json/")
PATH = PATHS[0]

pytestmark = pytest.mark.django_db


def published(client: Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(PATH).json()["keys"]
    return found


@pytest.mark.parametrize("path", PATHS)
def test_the_public_keys(client: Client, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    (key,) = answer.json()["keys"]
    assert {*key} == {"kty", "use", "alg", "kid", "n", "e"}
    assert (key["kty"], key["use"], key["alg"]) == ("RSA", "sig", "RS256")


def test_anybody_may_read_and_keep_them(client: Client) -> None:
    """2.6."""
    answer = client.get(PATH)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "public, max-age=600"
    assert "Set-Cookie" not in answer.headers


def test_they_verify_what_we_sign(client: Client) -> None:
    now = int(clock.now().timestamp())
    claims = {"iss": signing.issuer(), "aud": "a", "sub": "s", "iat": now, "exp": now + 60}
    token = signing.sign(claims, at=clock.now())
    keys = KeySet.import_key_set({"keys": published(client)})
    assert jwt.decode(token, keys).claims == claims


def test_server_rotate_keys(client: Client) -> None:
    """The next key is published before it signs, with a kid of its own; the old one stays."""
    (old,) = published(client)
    signing_keys.rotate(at=clock.now())
    both = published(client)
    assert both[0] == old
    assert len({key["kid"] for key in both}) == 2


def test_statements(client: Client, statement_budget: StatementBudget) -> None:
    statement_budget(
        1,
        grow=lambda n: [signing_keys.rotate(at=clock.now(), at_once=True) for _ in range(n)],
        act=lambda: client.get(PATH),
        sizes=(1, 4),
        cap=4,
    )
