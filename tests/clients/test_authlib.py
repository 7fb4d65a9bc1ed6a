"""Authlib: authorization code with PKCE, both ways of client authentication, introspection, revocation."""

import json
import secrets
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.jwk import KeySet

from connectid.demo.phone import VirtualPhone
from tests.clients.browser import PlainBrowser
from tests.clients.running import NewClient, RunningServer

pytestmark = pytest.mark.timeout(300)

CALLBACK = "https://partner.example.org/callback"


@pytest.fixture(autouse=True)
def plain_http(monkeypatch: pytest.MonkeyPatch) -> None:
    """Authlib insists on TLS unless it is told that this is a test."""
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")


@pytest.fixture(scope="module")
def client(server: RunningServer) -> NewClient:
    return server.create_client("authorization-code", "--redirect-uri", CALLBACK)


def session_of(client: NewClient, method: str = "client_secret_basic", **options: Any) -> OAuth2Session:
    return OAuth2Session(
        client.client_id,
        client.client_secret,
        scope="openid profile phone",
        redirect_uri=CALLBACK,
        code_challenge_method="S256",
        token_endpoint_auth_method=method,
        **options,
    )


def authorize(server: RunningServer, browser: PlainBrowser, session: OAuth2Session) -> dict[str, Any]:
    """Sign in and consent in the browser; return the tokens."""
    verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
    address, state = session.create_authorization_url(
        f"{server.issuer}/authorize/", code_verifier=verifier, nonce=nonce
    )
    landed = browser.visit(address, until=CALLBACK)
    token: dict[str, Any] = session.fetch_token(
        f"{server.issuer}/token/", authorization_response=landed, state=state, code_verifier=verifier
    )
    keys = KeySet.import_key_set(requests.get(f"{server.issuer}/.well-known/jwks.json", timeout=30).json())
    claims = jwt.decode(token["id_token"], keys, algorithms=["RS256"]).claims
    assert (claims["iss"], claims["aud"], claims["nonce"]) == (server.issuer, session.client_id, nonce)
    return token


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_code_with_pkce(
    server: RunningServer, browser: PlainBrowser, phone: VirtualPhone, client: NewClient, method: str
) -> None:
    """The whole flow, pages and all, and who it was."""
    session = session_of(client, method)
    authorize(server, browser, session)
    claims = session.get(f"{server.issuer}/userinfo").json()
    assert claims["sub"] == phone.username
    assert claims["phone_number"] == phone.phone_number


def test_a_second_sign_in_asks_for_nothing(
    server: RunningServer, browser: PlainBrowser, client: NewClient
) -> None:
    """The browser's session and the consent are remembered."""
    authorize(server, browser, session_of(client))
    browser.pages.clear()
    authorize(server, browser, session_of(client))
    assert browser.pages == []


def test_refresh_and_revocation(server: RunningServer, browser: PlainBrowser, client: NewClient) -> None:
    session = session_of(client)
    first = authorize(server, browser, session)
    second = session.refresh_token(f"{server.issuer}/token/")
    assert second["access_token"] != first["access_token"]
    asker = server.create_client("client-credentials")
    introspecting = OAuth2Session(asker.client_id, asker.client_secret)
    endpoint = f"{server.issuer}/introspect/"
    assert introspecting.introspect_token(endpoint, token=second["access_token"]).json()["active"] is True
    revoked = session.revoke_token(f"{server.issuer}/revoke_token/", token=second["refresh_token"])
    assert revoked.status_code == 200
    dead = introspecting.introspect_token(endpoint, token=second["access_token"]).json()
    assert dead == {"active": False}


def test_a_person_who_does_not_allow(server: RunningServer, browser: PlainBrowser, client: NewClient) -> None:
    session = session_of(client)
    address, state = session.create_authorization_url(
        f"{server.issuer}/authorize/", code_verifier=secrets.token_urlsafe(48)
    )
    browser.decision = "deny"
    landed = browser.visit(address, until=CALLBACK)
    told = {name: values[0] for name, values in parse_qs(urlsplit(landed).query).items()}
    assert (told["error"], told["state"], told["iss"]) == ("access_denied", state, server.issuer)


def test_the_metadata_names_what_was_used(server: RunningServer) -> None:
    """Authlib's own validation of a server's metadata (RFC 8414)."""
    from authlib.oidc.discovery import OpenIDProviderMetadata

    found = requests.get(f"{server.issuer}/.well-known/openid-configuration", timeout=30).json()
    assert found["issuer"] == server.issuer
    # The rules want https everywhere, which a server behind a proxy has and this one has not.
    secured = json.loads(json.dumps(found).replace("http://", "https://"))
    OpenIDProviderMetadata(secured).validate()
