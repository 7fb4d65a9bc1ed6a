"""POST /o/token: the id token beside the tokens (contract 14.1, 14.6; OpenID Connect Core 2, 3.1.3.6, 12.2)."""

from base64 import urlsafe_b64encode
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.test import Client as Browser
from joserfc import jws

from connectid.core import clock
from connectid.oauth import signing
from connectid.oauth.operations.clients import NewClient
from connectid.oauth.queries import signing_keys
from connectid.oauth.tests.asking import app_form, ask, code_form, new_code, new_site, refresh_form
from connectid.testing.scene import new_account, new_phone
from connectid.testing.tokens import the_app

pytestmark = pytest.mark.django_db


def claims_of(body: dict[str, Any]) -> dict[str, Any]:
    found = signing.read(body["id_token"], at=clock.now())
    assert found is not None
    return found


def half_hash(token: str) -> str:
    return urlsafe_b64encode(sha256(token.encode()).digest()[:16]).rstrip(b"=").decode()


def test_what_it_says(client: Browser) -> None:
    site, account = new_site(), new_account(name="Thandiwe")
    assert account.last_login is None  # as for everybody from the app
    with clock.frozen() as time:
        signed_in = time.at - timedelta(minutes=5)
        code = new_code(account, site, nonce="n-0S6_WzA2Mj", authenticated_at=signed_in)
        body = ask(client, code_form(code), site).json()
        claims = claims_of(body)
        now = int(time.at.timestamp())
    assert claims.pop("jti")
    assert claims == {
        "iss": "http://127.0.0.1:8000/o",
        "sub": account.username,
        "aud": site.client_id,
        "iat": now,
        "exp": now + 36_000,
        "auth_time": int(signed_in.timestamp()),
        "nonce": "n-0S6_WzA2Mj",
        "at_hash": half_hash(body["access_token"]),
        "name": "Thandiwe",
        "phone": account.phone_number,
        "is_active": True,
    }


def test_more_for_more_scopes(client: Browser) -> None:
    """OpenID Connect Core 5.4: the same claims as at userinfo."""
    site, account = new_site(), new_account(email="thandiwe@example.org")
    body = ask(client, code_form(new_code(account, site, scope="openid phone email")), site).json()
    claims = claims_of(body)
    assert (claims["phone_number"], claims["email"]) == (account.phone_number, "thandiwe@example.org")


def test_how_it_is_signed(client: Browser) -> None:
    site = new_site()
    body = ask(client, code_form(new_code(new_account(), site)), site).json()
    header = jws.extract_compact(body["id_token"].encode()).headers()
    (key,) = signing_keys.stored_keys().published(clock.now())
    assert header == {"typ": "JWT", "alg": "RS256", "kid": key.kid}


def test_no_nonce_unless_the_client_sent_one(client: Browser) -> None:
    site = new_site()
    body = ask(client, code_form(new_code(new_account(), site)), site).json()
    assert "nonce" not in claims_of(body)


def test_a_refresh_renews_it(client: Browser) -> None:
    """Of the same sign-in, without the nonce of its request (section 12.2)."""
    site, account = new_site(), new_account()
    with clock.frozen() as time:
        signed_in = time.at
        first = ask(client, code_form(new_code(account, site, nonce="n")), site).json()
        time.advance(days=2)
        second = ask(client, refresh_form(first["refresh_token"]), site).json()
        third = ask(client, refresh_form(second["refresh_token"]), site).json()
        before, after = claims_of(second), claims_of(third)
    assert "nonce" not in after
    assert after["auth_time"] == int(signed_in.timestamp())
    assert after["iat"] == int((signed_in + timedelta(days=2)).timestamp())
    assert after["at_hash"] == half_hash(third["access_token"])
    assert (after["sub"], after["aud"]) == (account.username, site.client_id)
    assert before["jti"] != after["jti"]


def test_only_for_openid(client: Browser) -> None:
    site = new_site()
    body = ask(client, code_form(new_code(new_account(), site, scope="sync")), site).json()
    assert "id_token" not in body
    assert "id_token" not in ask(client, refresh_form(body["refresh_token"]), site).json()


def test_the_app_gets_one_only_where_it_refreshes(client: Browser) -> None:
    """14.1: none with the password grant. 14.6: the former server answers the refresh with 500, for want of a last login."""
    app, phone = NewClient(the_app().client_id, ""), new_phone()
    first = ask(client, app_form(phone)).json()
    assert "id_token" not in first
    claims = claims_of(ask(client, refresh_form(first["refresh_token"]), app).json())
    assert (claims["sub"], claims["aud"]) == (phone.account.username, app.client_id)
