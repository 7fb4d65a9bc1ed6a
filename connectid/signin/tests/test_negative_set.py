"""What an OpenID Provider must refuse, all of it.

The flows that are gone, every bent redirect address, PKCE that proves nothing, codes and refresh tokens in other hands, more scope than was granted, and tokens of closed accounts.

Forged signatures are refused in ``connectid/oauth/tests/test_signing.py``.
"""

from collections.abc import Callable

import pytest
from django.test import Client as Browser

from connectid.accounts.models import Account
from connectid.core import clock
from connectid.oauth.models import Client
from connectid.oauth.operations.clients import create_client, replace_secret
from connectid.oauth.permissions import Permission
from connectid.recovery.operations import closing
from connectid.signin.tests.flows import REDIRECT, Walk, asked, exchange, leads_to, new_client, told
from connectid.testing.answers import Answered
from connectid.testing.scene import basic, new_phone

pytestmark = pytest.mark.django_db


def post(form: dict[str, str], client: Client) -> Answered:
    """Ask for a token as ``client``."""
    secret = replace_secret(client=client).client_secret
    answer: Answered = Browser().post("/o/token", form, headers=basic(client.client_id, secret))
    return answer


@pytest.mark.parametrize(
    "response_type", ["token", "id_token", "id_token token", "code token", "code id_token", "none", "CODE"]
)
def test_implicit_and_hybrid(consented: Walk, response_type: str) -> None:
    consented.parameters["response_type"] = response_type
    answer = consented.authorize()
    assert leads_to(answer) == REDIRECT
    assert told(answer)["error"] == "unsupported_response_type"
    assert "code" not in told(answer)
    assert "token" not in answer["Location"].partition("#")[2]


def test_the_password_grant_of_another_client(client_app: Client) -> None:
    phone = new_phone()
    form = {"grant_type": "password", "username": phone.account.username, "password": phone.credential}
    answer = post(form, client_app)
    assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")


@pytest.mark.parametrize(
    "redirect_uri",
    [
        f"{REDIRECT}/more",
        f"{REDIRECT}?extra=1",
        "https://client.example/CALLBACK",
        f"{REDIRECT}/",
        "https://user@client.example/callback",
        f"{REDIRECT}#fragment",
        "http://client.example/callback",
        "https://client.example:8443/callback",
        "https://client.example.evil.example/callback",
        "https://client.example/x/../callback",
        "//client.example/callback",
        "custom:/callback",
        "javascript:alert(1)",
    ],
)
def test_a_bent_redirect_address(consented: Walk, redirect_uri: str) -> None:
    """Nobody is sent there, nor anywhere else."""
    consented.parameters["redirect_uri"] = redirect_uri
    answer = consented.authorize()
    assert (answer.status_code, answer.headers.get("Location")) == (400, None)


@pytest.mark.parametrize(
    "changed",
    [
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge_method": "plain"},
        {"code_challenge_method": None},
        {"code_challenge": "short"},
    ],
    ids=["none", "plain", "plain by omission", "too short"],
)
def test_pkce_that_proves_nothing(changed: dict[str, str | None]) -> None:
    client = new_client(public=True, skip_authorization=True)
    answer = Walk(asked(client, **changed)).authorize()
    assert told(answer)["error"] == "invalid_request"


@pytest.mark.parametrize("verifier", ["w" * 43, "", "d"])
def test_a_wrong_verifier(client_app: Client, consented: Walk, verifier: str) -> None:
    answer = exchange(client_app, told(consented.authorize())["code"], code_verifier=verifier)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_a_code_in_the_hands_of_another_client(consented: Walk) -> None:
    answer = exchange(new_client(), told(consented.authorize())["code"])
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_a_reused_refresh_token_ends_its_family(client_app: Client, consented: Walk) -> None:
    first = exchange(client_app, told(consented.authorize())["code"]).json()
    form = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = post(form, client_app).json()
    for token in (first["refresh_token"], second["refresh_token"]):
        assert post(form | {"refresh_token": token}, client_app).json()["error"] == "invalid_grant"
    answer = Browser().get("/o/userinfo", headers={"Authorization": f"Bearer {second['access_token']}"})
    assert answer.status_code == 401


def test_more_scope_than_was_granted(client_app: Client, consented: Walk) -> None:
    tokens = exchange(client_app, told(consented.authorize())["code"]).json()
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"], "scope": "openid email"}
    answer = post(form, client_app)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


def lock(account: Account) -> None:
    closing.lock(account_id=account.pk, at=clock.now())


def deactivate(account: Account) -> None:
    closing.deactivate(account_id=account.pk, at=clock.now())


@pytest.mark.parametrize("close", [lock, deactivate])
def test_tokens_of_closed_accounts(
    client_app: Client, consented: Walk, account: Account, close: Callable[[Account], None]
) -> None:
    """Inactive at once: access token, refresh token, and a code that was not exchanged yet."""
    tokens = exchange(client_app, told(consented.authorize())["code"]).json()
    code = told(consented.authorize())["code"]
    close(account)
    made = create_client(name="x", grant="client-credentials", permissions=[Permission.INTROSPECT])
    asker = basic(made.client_id, made.client_secret)
    found = Browser().post("/o/introspect/", {"token": tokens["access_token"]}, headers=asker)
    assert found.json() == {"active": False}
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert post(form, client_app).json()["error"] == "invalid_grant"
    assert exchange(client_app, code).json()["error"] == "invalid_grant"
