"""The cases of OpenID's conformance suite for a Basic OP with a static client, each by its name (``oidcc-`` left out).

What the suite does with a browser is done here over HTTP; where it wants a screenshot, the page is judged. Those of the logout
profile are in ``test_conformance_logout.py``.
"""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser

from connectid.accounts.models import Account
from connectid.core import clock
from connectid.oauth import signing
from connectid.oauth.models import Client
from connectid.oauth.operations import signing_keys
from connectid.oauth.operations.clients import replace_secret
from connectid.signin.tests.flows import (
    ISSUER,
    REDIRECT,
    VERIFIER,
    Walk,
    asked,
    exchange,
    leads_to,
    new_client,
    signed_in_walk,
    told,
)
from connectid.testing.answers import Answered
from connectid.testing.scene import new_account

pytestmark = pytest.mark.django_db


def tokens_of(client: Client, walk: Walk) -> dict[str, Any]:
    """Walk on to a code, and exchange it."""
    answer = exchange(client, told(walk.authorize())["code"])
    assert answer.status_code == 200, answer.content
    assert answer.headers["Cache-Control"] == "no-store"
    found: dict[str, Any] = answer.json()
    return found


def id_token(tokens: dict[str, Any], client: Client) -> dict[str, Any]:
    """What the id token says, its signature, issuer and audience checked."""
    claims = signing.read(tokens["id_token"], at=clock.now())
    assert claims is not None
    assert (claims["iss"], claims["aud"]) == (ISSUER, client.client_id)
    assert claims["exp"] > claims["iat"]
    return claims


def userinfo(tokens: dict[str, Any]) -> dict[str, Any]:
    answer = Browser().get("/o/userinfo", headers={"Authorization": f"Bearer {tokens['access_token']}"})
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def test_server(client_app: Client, consented: Walk, account: Account) -> None:
    """Code, state and issuer; an id token with sub and auth_time, signed by a key that is published."""
    answer = consented.authorize()
    assert (told(answer)["state"], told(answer)["iss"]) == ("af0ifjsldkj", ISSUER)
    claims = id_token(tokens_of(client_app, consented), client_app)
    assert claims["sub"] == account.username
    assert claims["auth_time"] <= claims["iat"]


def test_server_client_secret_post(client_app: Client, consented: Walk) -> None:
    secret = replace_secret(client=client_app).client_secret
    form = {
        "grant_type": "authorization_code",
        "code": told(consented.authorize())["code"],
        "redirect_uri": REDIRECT,
        "code_verifier": VERIFIER,
        "client_id": client_app.client_id,
        "client_secret": secret,
    }
    assert Browser().post("/o/token", form).status_code == 200


def test_alternate_happy_flow(account: Account) -> None:
    """A second client, in the browser in which somebody is signed in already."""
    walk = signed_in_walk(new_client(skip_authorization=True), account)
    other = new_client(skip_authorization=True)
    second = Walk(asked(other), walk.browser)
    assert id_token(tokens_of(other, second), other)["sub"] == account.username


def test_ensure_post_request_succeeds(consented: Walk) -> None:
    answer = consented.browser.post("/o/authorize/", consented.parameters)
    assert "code" in told(consented.browser.get(answer["Location"]))


def test_ensure_request_without_nonce_succeeds_for_code_flow(client_app: Client, consented: Walk) -> None:
    assert "nonce" not in id_token(tokens_of(client_app, consented), client_app)


def test_ensure_request_with_nonce_returns_it(client_app: Client, consented: Walk) -> None:
    consented.parameters["nonce"] = "n-0S6_WzA2Mj"
    assert id_token(tokens_of(client_app, consented), client_app)["nonce"] == "n-0S6_WzA2Mj"


def test_ensure_request_with_valid_pkce_succeeds(client_app: Client, consented: Walk) -> None:
    assert consented.parameters["code_challenge_method"] == "S256"
    assert "access_token" in tokens_of(client_app, consented)


def test_ensure_request_with_unknown_parameter_succeeds(consented: Walk) -> None:
    consented.parameters["extra"] = "foobar"
    assert "code" in told(consented.authorize())


@pytest.mark.parametrize("method", ["get", "post_header", "post_body"])
def test_userinfo(client_app: Client, consented: Walk, account: Account, method: str) -> None:
    """A token in the body is refused, which the suite allows with a warning: a leak of forms is no leak of tokens (E-03)."""
    token = tokens_of(client_app, consented)["access_token"]
    if method == "post_body":
        answer = Browser().post("/o/userinfo", {"access_token": token})
        assert answer.status_code == 401
        assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
        return
    call = Browser().get if method == "get" else Browser().post
    answer = call("/o/userinfo", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["sub"]) == (200, account.username)


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("openid profile", {"name"}),
        ("openid email", {"email", "email_verified"}),
        ("openid phone", {"phone_number", "phone_number_verified"}),
        ("openid address", set()),
        (
            "openid profile email address phone",
            {"name", "email", "email_verified", "phone_number", "phone_number_verified"},
        ),
    ],
    ids=["scope_profile", "scope_email", "scope_phone", "scope_address", "scope_all"],
)
def test_scopes(scope: str, expected: set[str]) -> None:
    account = new_account(email="esnart@example.org")
    client = new_client(skip_authorization=True)
    walk = signed_in_walk(client, account, scope=scope)
    tokens = tokens_of(client, walk)
    assert expected <= userinfo(tokens).keys()
    assert userinfo(tokens)["sub"] == id_token(tokens, client)["sub"] == account.username


def test_claims_essential(client_app: Client, consented: Walk, account: Account) -> None:
    consented.parameters["claims"] = '{"userinfo":{"name":{"essential":true}}}'
    assert userinfo(tokens_of(client_app, consented))["name"] == account.name


def test_prompt_login(client_app: Client, consented: Walk, account: Account) -> None:
    """Asked again, and the new time is told."""
    first = id_token(tokens_of(client_app, consented), client_app)
    consented.parameters["prompt"] = "login"
    assert leads_to(consented.authorize()) == "/o/sign_in"
    with clock.frozen() as now:
        now.advance(minutes=5)
        answer = consented.sign_in(account)
        code = told(consented.browser.get(answer["Location"]))["code"]
        again = id_token(exchange(client_app, code).json(), client_app)
    assert again["auth_time"] > first["auth_time"]


def test_prompt_none_not_logged_in(walk: Walk) -> None:
    walk.parameters["prompt"] = "none"
    assert told(walk.authorize())["error"] == "login_required"


def test_prompt_none_logged_in(client_app: Client, consented: Walk) -> None:
    first = id_token(tokens_of(client_app, consented), client_app)
    consented.parameters["prompt"] = "none"
    second = id_token(tokens_of(client_app, consented), client_app)
    assert (second["sub"], second["auth_time"]) == (first["sub"], first["auth_time"])


def test_max_age_1(consented: Walk) -> None:
    consented.parameters["max_age"] = "1"
    with clock.frozen() as now:
        now.advance(seconds=2)
        assert leads_to(consented.authorize()) == "/o/sign_in"


def test_max_age_10000(client_app: Client, consented: Walk) -> None:
    first = id_token(tokens_of(client_app, consented), client_app)
    consented.parameters["max_age"] = "10000"
    assert id_token(tokens_of(client_app, consented), client_app)["auth_time"] == first["auth_time"]


def test_id_token_hint(client_app: Client, consented: Walk) -> None:
    hint = tokens_of(client_app, consented)["id_token"]
    consented.parameters |= {"prompt": "none", "id_token_hint": hint}
    assert "code" in told(consented.authorize())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("login_hint", "+265991234567"),
        ("ui_locales", "se"),
        ("claims_locales", "se"),
        ("acr_values", "1 2"),
        ("display", "page"),
        ("display", "popup"),
    ],
)
def test_hints_make_no_difference(consented: Walk, name: str, value: str) -> None:
    """login-hint, ui-locales, claims-locales, acr-values, display-page, display-popup."""
    consented.parameters[name] = value
    assert "code" in told(consented.authorize())


@pytest.mark.parametrize("seconds", [0, 30], ids=["codereuse", "codereuse_30seconds"])
def test_a_code_is_used_again(client_app: Client, consented: Walk, seconds: int) -> None:
    """400 invalid_grant, and what it gave is revoked."""
    code = told(consented.authorize())["code"]
    token = exchange(client_app, code).json()["access_token"]
    with clock.frozen(clock.now() + timedelta(seconds=seconds)):
        again = exchange(client_app, code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    answer = Browser().get("/o/userinfo", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401


def shown_and_not_redirected(answer: Answered) -> bool:
    return answer.status_code == 400 and "Location" not in answer.headers


def test_ensure_registered_redirect_uri(client_app: Client) -> None:
    walk = Walk(asked(client_app, redirect_uri=f"{REDIRECT}/other"))
    assert shown_and_not_redirected(walk.authorize())


def test_response_type_missing(client_app: Client) -> None:
    answer = Walk(asked(client_app, response_type=None)).authorize()
    assert leads_to(answer) == REDIRECT
    assert told(answer)["error"] == "invalid_request"


def test_ensure_request_object_with_redirect_uri(client_app: Client) -> None:
    """An unsigned request object whose address is not the registered one: nobody is sent there."""
    answer = Walk(asked(client_app, request="eyJhbGciOiJub25lIn0.e30.")).authorize()
    assert leads_to(answer) == REDIRECT
    assert told(answer)["error"] == "request_not_supported"


def test_unsigned_request_object_supported_correctly_or_rejected_as_unsupported(client_app: Client) -> None:
    for given in ({"request": "eyJhbGciOiJub25lIn0.e30."}, {"request_uri": "https://client.example/r"}):
        error = told(Walk(asked(client_app, **given)).authorize())["error"]
        assert error in ("request_not_supported", "request_uri_not_supported")


def test_refresh_token(client_app: Client, consented: Walk) -> None:
    """Rotated, and bound to its client; the id token keeps the time of the sign-in."""
    first = tokens_of(client_app, consented)
    secret = replace_secret(client=client_app).client_secret
    form = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    credentials = {"client_id": client_app.client_id, "client_secret": secret}
    second = Browser().post("/o/token", form | credentials).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert id_token(second, client_app)["auth_time"] == id_token(first, client_app)["auth_time"]
    other = new_client()
    theirs = {"client_id": other.client_id, "client_secret": replace_secret(client=other).client_secret}
    stolen = Browser().post("/o/token", form | theirs | {"refresh_token": second["refresh_token"]})
    assert (stolen.status_code, stolen.json()["error"]) == (400, "invalid_grant")


def test_server_rotate_keys(client_app: Client, consented: Walk) -> None:
    """The next key is published beside the former one, whose tokens stay good."""
    old = tokens_of(client_app, consented)
    before = {key["kid"] for key in Browser().get("/o/.well-known/jwks.json").json()["keys"]}
    signing_keys.rotate(at=clock.now())
    after = {key["kid"] for key in Browser().get("/o/.well-known/jwks.json").json()["keys"]}
    assert before < after
    assert id_token(old, client_app)
