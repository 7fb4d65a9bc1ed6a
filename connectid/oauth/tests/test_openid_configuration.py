"""GET /o/.well-known/openid-configuration (contract 14.6; safety: discovery-endpoint-verification)."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.urls import resolve

from connectid.oauth import claims
from connectid.testing.statements import count_statements
from connectid.testing.tokens import new_token

ISSUER = f"{settings.PUBLIC_URL}/o"
PATH = "/o/.well-known/openid-configuration"
PATHS = (PATH, "/.well-known/openid-configuration/o", "/.well-known/oauth-authorization-server/o")


@pytest.fixture
def document(client: Client) -> dict[str, Any]:
    found: dict[str, Any] = client.get(PATH).json()
    return found


@pytest.mark.parametrize("path", [*PATHS, *(f"{path}/" for path in PATHS)])
def test_one_document_wherever_a_client_looks(client: Client, document: dict[str, Any], path: str) -> None:
    """Discovery 1.0, section 4; RFC 8414, section 3, whose address ends in the issuer's path."""
    answer = client.get(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    assert answer.json() == document
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "public, max-age=3600"


def test_the_issuer_is_where_the_document_is_found(document: dict[str, Any]) -> None:
    assert document["issuer"] == ISSUER
    assert f"{urlsplit(document['issuer']).path}/.well-known/openid-configuration" == PATH


def test_every_endpoint_is_served(document: dict[str, Any]) -> None:
    """Only what works."""
    addresses = {key: url for key, url in document.items() if key.endswith(("_endpoint", "_uri"))}
    assert {*addresses} == {
        "authorization_endpoint",
        "token_endpoint",
        "userinfo_endpoint",
        "jwks_uri",
        "revocation_endpoint",
        "introspection_endpoint",
        "end_session_endpoint",
    }
    for url in addresses.values():
        assert url.startswith(f"{ISSUER}/")
        resolve(urlsplit(url).path)


def test_what_it_can_do(document: dict[str, Any]) -> None:
    """14.6, without HS256, implicit and hybrid flows, PKCE's plain and request objects."""
    assert document["response_types_supported"] == ["code"]
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert document["id_token_signing_alg_values_supported"] == ["RS256"]
    assert document["subject_types_supported"] == ["public"]
    assert {"openid", "profile", "email", "phone"} <= {*document["scopes_supported"]}
    assert "address" not in document["scopes_supported"]
    assert "password" not in document["grant_types_supported"]
    assert document["request_parameter_supported"] is False
    assert document["request_uri_parameter_supported"] is False
    assert document["authorization_response_iss_parameter_supported"] is True


@pytest.mark.django_db
def test_every_claim_is_listed(client: Client, document: dict[str, Any]) -> None:
    issued = new_token(scope=" ".join(document["scopes_supported"]))
    told = client.get("/o/userinfo", headers=issued.headers).json()
    assert {*told} <= {*document["claims_supported"]}
    assert {*claims.PROTOCOL, *claims.SUPPORTED} == {*document["claims_supported"]}


@pytest.mark.django_db
def test_no_statement(client: Client) -> None:
    with count_statements() as statements:
        client.get(PATH)
    assert len(statements) == 0
