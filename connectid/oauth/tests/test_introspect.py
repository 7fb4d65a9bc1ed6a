"""POST and GET /o/introspect (contract 14.3, A4; RFC 7662)."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client as Browser

from connectid.accounts.models import Account
from connectid.core import clock
from connectid.oauth import opaque_tokens, signing
from connectid.oauth.models import AccessToken, Client
from connectid.oauth.operations import clients, revocation
from connectid.oauth.operations.clients import NewClient
from connectid.oauth.permissions import Permission
from connectid.testing.budget import StatementBudget
from connectid.testing.scene import basic, new_phone
from connectid.testing.tokens import new_token, the_app

PATHS = ("/o/introspect/", "/o/introspect")
PATH = PATHS[0]
FORM = "application/x-www-form-urlencoded"
DEAD = {"active": False}

pytestmark = pytest.mark.django_db


@pytest.fixture
def connect() -> NewClient:
    """CommCare Connect, which may ask."""
    return clients.create_client(
        name="Connect", grant=Client.GRANT_CLIENT_CREDENTIALS, permissions=[Permission.INTROSPECT]
    )


def proof(client: NewClient) -> dict[str, str]:
    return basic(client.client_id, client.client_secret)


def asked(browser: Browser, client: NewClient, token: str) -> Any:
    answer = browser.post(PATH, urlencode({"token": token}), content_type=FORM, headers=proof(client))
    assert answer.status_code == 200, answer.content
    return answer.json()


def holder_of(token: str) -> str:
    return str(
        AccessToken.objects.values_list("user__username", flat=True).get(
            token_checksum=opaque_tokens.checksum(token)
        )
    )


@pytest.mark.parametrize("path", PATHS)
def test_a_live_token(client: Browser, connect: NewClient, path: str) -> None:
    """14.3: exactly these keys; username is the subject."""
    with clock.frozen() as time:
        issued = new_token(lifetime=timedelta(hours=10))
        answer = client.post(
            path,
            urlencode({"token": issued.token, "token_type_hint": "access_token"}),
            content_type=FORM,
            headers=proof(connect),
        )
        assert (answer.status_code, answer.json()) == (
            200,
            {
                "active": True,
                "scope": "openid",
                "exp": int((time.at + timedelta(hours=10)).timestamp()),
                "client_id": the_app().client_id,
                "username": issued.account.username,
            },
        )
    assert answer.headers["Cache-Control"] == "no-store"


def test_by_get(client: Browser, connect: NewClient) -> None:
    """14.3: with the token in the query, the client in the header."""
    issued = new_token()
    answer = client.get(PATH, {"token": issued.token}, headers=proof(connect))
    assert (answer.status_code, answer.json()["username"]) == (200, issued.account.username)


@pytest.mark.parametrize("sent", ["json", "multipart", "twice in a form", "twice in the query"])
def test_the_token_wherever_it_is_written(client: Browser, connect: NewClient, sent: str) -> None:
    """The client is proved and the token found by one statement, before the endpoint reads its body."""
    token, other = new_token().token, new_token().token
    headers = proof(connect)
    twice = urlencode([("token", other), ("token", token)])
    match sent:
        case "json":
            answer = client.post(PATH, {"token": token}, content_type="application/json", headers=headers)
        case "multipart":
            answer = client.post(PATH, {"token": token}, headers=headers)
        case "twice in a form":
            answer = client.post(PATH, twice, content_type=FORM, headers=headers)
        case _:
            answer = client.get(f"{PATH}?{twice}", headers=headers)
    assert answer.json()["username"] == holder_of(token)


def test_the_client_in_the_body(client: Browser, connect: NewClient) -> None:
    """A4."""
    fields = {
        "token": new_token().token,
        "client_id": connect.client_id,
        "client_secret": connect.client_secret,
    }
    answer = client.post(PATH, urlencode(fields), content_type=FORM)
    assert (answer.status_code, answer.json()["active"]) == (200, True)


def test_what_django_oauth_toolkit_sends(client: Browser, connect: NewClient) -> None:
    """Connect's resource server: Accept of any kind, a form, credentials encoded."""
    answer = client.post(
        PATH,
        urlencode({"token": new_token().token}),
        content_type=FORM,
        headers={**proof(connect), "Accept": "*/*", "User-Agent": "python-requests/2.34"},
    )
    assert answer.json()["active"] is True


def test_unknown_tokens(client: Browser, connect: NewClient) -> None:
    for token in ("unknown", "x" * 5000, "ü", "a b", "%00", "null"):
        assert asked(client, connect, token) == DEAD


def test_an_expired_token(client: Browser, connect: NewClient) -> None:
    with clock.frozen() as time:
        issued = new_token(lifetime=timedelta(seconds=1))
        assert asked(client, connect, issued.token)["active"] is True
        time.advance(seconds=1)
        assert asked(client, connect, issued.token) == DEAD


def test_a_token_of_somebody_who_may_not_sign_in(client: Browser, connect: NewClient) -> None:
    """E-15: dead at once, not when it expires."""
    issued, other = new_token(), new_token()
    Account.objects.filter(pk=issued.account.pk).update(is_active=False)
    assert asked(client, connect, issued.token) == DEAD
    revocation.revoke_all(account_id=other.account.pk)
    assert asked(client, connect, other.token) == DEAD


def test_only_access_tokens(client: Browser, connect: NewClient) -> None:
    """A server lets in whatever is active: an id token or a device credential must not be."""
    phone, now = new_phone(), int(clock.now().timestamp())
    claims = {"iss": signing.issuer(), "aud": "x", "sub": phone.account.username, "iat": now, "exp": now + 60}
    for text in (signing.sign(claims, at=clock.now()), phone.credential, connect.client_secret):
        assert asked(client, connect, text) == DEAD


def test_a_client_s_own_token_has_no_username(client: Browser, connect: NewClient) -> None:
    issued = new_token()
    AccessToken.objects.update(user=None)
    assert {*asked(client, connect, issued.token)} == {"active", "scope", "exp", "client_id"}


def test_no_token(client: Browser, connect: NewClient) -> None:
    for fields in ({}, {"token": ""}, {"access_token": new_token().token}):
        answer = client.post(PATH, urlencode(fields), content_type=FORM, headers=proof(connect))
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert client.get(PATH, headers=proof(connect)).status_code == 400


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_strangers(client: Browser, connect: NewClient, method: str) -> None:
    """A4: 403 with an empty body, which says nothing of the token."""
    issued = new_token()
    for headers in (
        {},
        basic(connect.client_id, "wrong"),
        basic("nobody", connect.client_secret),
        basic(the_app().client_id, ""),
        issued.headers,
        new_phone().headers,
    ):
        answer = client.generic(
            method,
            PATH,
            urlencode({"token": issued.token}),
            content_type=FORM,
            query_params={"token": issued.token},
            headers=headers,
        )
        assert (answer.status_code, answer.content) == (403, b"")


def test_a_client_without_the_permission(client: Browser) -> None:
    """E-02."""
    other = clients.create_client(
        name="Sender", grant=Client.GRANT_CLIENT_CREDENTIALS, permissions=[Permission.SEND]
    )
    answer = client.get(PATH, {"token": new_token().token}, headers=proof(other))
    assert (answer.status_code, answer.content) == (403, b"")


def test_the_app_is_a_stranger(client: Browser) -> None:
    """E-02: its client id is in every APK."""
    fields = {"token": new_token().token, "client_id": the_app().client_id, "client_secret": ""}
    assert client.post(PATH, urlencode(fields), content_type=FORM).status_code == 403


def test_secrets_never_from_the_query_string(client: Browser, connect: NewClient) -> None:
    query = {
        "token": new_token().token,
        "client_id": connect.client_id,
        "client_secret": connect.client_secret,
    }
    assert client.get(PATH, query).status_code == 403
    assert client.post(f"{PATH}?{urlencode(query)}").status_code == 403


def test_statements(client: Browser, connect: NewClient, statement_budget: StatementBudget) -> None:
    issued = new_token()
    """The client and the token come by one statement."""
    statement_budget(
        1,
        grow=lambda n: [new_token() for _ in range(n)],
        act=lambda: asked(client, connect, issued.token),
    )
