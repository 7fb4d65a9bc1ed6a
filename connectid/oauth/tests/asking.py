"""Asking for tokens in tests: clients of every kind, and the forms that they post."""

from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from django.test import Client as Browser

from connectid.accounts.models import Account
from connectid.core import clock
from connectid.oauth.models import Client
from connectid.oauth.operations import clients, codes
from connectid.oauth.operations.clients import NewClient
from connectid.testing.answers import Answered
from connectid.testing.scene import EnrolledPhone, basic
from connectid.testing.tokens import the_app

PATH = "/o/token/"
FORM = "application/x-www-form-urlencoded"
REDIRECT = "https://site.example/back"
VERIFIER = "v" * 43

INVALID_CREDENTIALS = {"error": "invalid_grant", "error_description": "Invalid credentials given."}
INVALID_CODE = {
    "error": "invalid_grant",
    "error_description": "The code is not good, or not for this request.",
}
INVALID_REFRESH_TOKEN = {
    "error": "invalid_grant",
    "error_description": "The refresh token is not good any more.",
}


def new_site(*, public: bool = False, **given: Any) -> NewClient:
    """A client of the authorization code grant."""
    return clients.create_client(
        name="Site", grant=Client.GRANT_AUTHORIZATION_CODE, public=public, redirect_uris=[REDIRECT], **given
    )


def new_server() -> NewClient:
    """A client of the client credentials grant."""
    return clients.create_client(name="Server", grant=Client.GRANT_CLIENT_CREDENTIALS)


def challenge(verifier: str = VERIFIER) -> str:
    """The challenge of a verifier (RFC 7636 section 4.2)."""
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def new_code(account: Account, site: NewClient, **given: Any) -> str:
    """A code as the sign-in page makes one."""
    now = clock.now()
    fields: dict[str, Any] = {
        "scope": "openid",
        "redirect_uri": REDIRECT,
        "code_challenge": challenge(),
        "nonce": "",
        "authenticated_at": now,
        "at": now,
    }
    row = Client.objects.get(client_id=site.client_id)
    return codes.issue_code(client_id=row.pk, account_id=account.pk, **fields | given)


def app_form(phone: EnrolledPhone, **given: str) -> dict[str, str]:
    """What the app posts (contract 14.1)."""
    return {
        "client_id": the_app().client_id,
        "scope": "openid",
        "grant_type": "password",
        "username": phone.account.username,
        "password": phone.credential,
    } | given


def code_form(code: str, **given: str) -> dict[str, str]:
    """What a site posts to exchange a code."""
    return {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": REDIRECT,
        "code_verifier": VERIFIER,
    } | given


def refresh_form(refresh_token: str, **given: str) -> dict[str, str]:
    """What a client posts to exchange a refresh token."""
    return {"grant_type": "refresh_token", "refresh_token": refresh_token} | given


def ask(browser: Browser, form: dict[str, str], client: NewClient | None = None, **given: Any) -> Answered:
    """Post a form, as ``client`` by its Basic header where one is given."""
    if client is not None and client.client_secret:
        given["headers"] = basic(client.client_id, client.client_secret) | given.get("headers", {})
    elif client is not None:
        form = form | {"client_id": client.client_id}
    answer: Answered = browser.post(PATH, urlencode(form), content_type=FORM, **given)
    return answer
