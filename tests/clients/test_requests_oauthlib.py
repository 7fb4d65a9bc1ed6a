"""oauthlib with requests-oauthlib: the app's password grant, client credentials, and how errors are read."""

import pytest
import requests
from oauthlib.oauth2 import BackendApplicationClient, LegacyApplicationClient
from oauthlib.oauth2.rfc6749.errors import InvalidClientError, InvalidGrantError, OAuth2Error
from requests_oauthlib import OAuth2Session

from connectid.demo.phone import VirtualPhone
from tests.clients.running import ANDROID_CLIENT_ID, RunningServer

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(autouse=True)
def plain_http(monkeypatch: pytest.MonkeyPatch) -> None:
    """Oauthlib insists on TLS unless it is told that this is a test."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")


def password_session(server: RunningServer) -> OAuth2Session:
    return OAuth2Session(
        client=LegacyApplicationClient(client_id=ANDROID_CLIENT_ID, scope=["openid"]),
        scope=["openid"],
    )


def sign_in(session: OAuth2Session, server: RunningServer, username: str, password: str) -> dict[str, object]:
    token: dict[str, object] = session.fetch_token(
        f"{server.issuer}/token/",
        username=username,
        password=password,
        client_id=ANDROID_CLIENT_ID,
        include_client_id=True,
    )
    return token


def test_the_apps_password_grant(server: RunningServer, phone: VirtualPhone) -> None:
    """And the token opens userinfo, with and without slash."""
    session = password_session(server)
    token = sign_in(session, server, phone.username, phone.password)
    assert (token["expires_in"], token["token_type"], token["scope"]) == (36000, "Bearer", ["openid"])
    for path in ("/o/userinfo", "/o/userinfo/"):
        claims = session.get(f"{server.url}{path}").json()
        assert (claims["sub"], claims["phone"]) == (phone.username, phone.phone_number)


def test_a_wrong_password_is_invalid_grant(server: RunningServer, phone: VirtualPhone) -> None:
    with pytest.raises(InvalidGrantError, match="Invalid credentials given"):
        sign_in(password_session(server), server, phone.username, "0" * 64)


def test_a_refreshed_token_works_and_the_old_one_is_spent(server: RunningServer, phone: VirtualPhone) -> None:
    session = password_session(server)
    first = sign_in(session, server, phone.username, phone.password)
    second = session.refresh_token(f"{server.issuer}/token/", client_id=ANDROID_CLIENT_ID)
    assert second["access_token"] != first["access_token"]
    assert session.get(f"{server.url}/o/userinfo").json()["sub"] == phone.username
    with pytest.raises(InvalidGrantError):
        session.refresh_token(
            f"{server.issuer}/token/", refresh_token=first["refresh_token"], client_id=ANDROID_CLIENT_ID
        )


def test_client_credentials(server: RunningServer) -> None:
    made = server.create_client("client-credentials")
    session = OAuth2Session(client=BackendApplicationClient(client_id=made.client_id))
    token = session.fetch_token(f"{server.issuer}/token/", client_secret=made.client_secret)
    assert token["token_type"] == "Bearer"
    assert "refresh_token" not in token


def test_a_wrong_client_secret_is_invalid_client(server: RunningServer) -> None:
    made = server.create_client("client-credentials")
    session = OAuth2Session(client=BackendApplicationClient(client_id=made.client_id))
    with pytest.raises(InvalidClientError):
        session.fetch_token(f"{server.issuer}/token/", client_secret="wrong")


def test_the_password_grant_is_the_apps_alone(server: RunningServer, phone: VirtualPhone) -> None:
    made = server.create_client("client-credentials")
    session = OAuth2Session(client=LegacyApplicationClient(client_id=made.client_id))
    with pytest.raises(OAuth2Error) as refused:
        session.fetch_token(
            f"{server.issuer}/token/",
            username=phone.username,
            password=phone.password,
            client_id=made.client_id,
            client_secret=made.client_secret,
        )
    assert refused.value.error == "unauthorized_client"


def test_introspection(server: RunningServer, phone: VirtualPhone) -> None:
    """What CommCare Connect asks (contract 14.3)."""
    made = server.create_client("client-credentials")
    token = sign_in(password_session(server), server, phone.username, phone.password)
    asked = {"token": str(token["access_token"])}
    basic = (made.client_id, made.client_secret)
    found = requests.post(f"{server.issuer}/introspect/", data=asked, auth=basic, timeout=30).json()
    assert (found["active"], found["username"], found["scope"]) == (True, phone.username, "openid")
