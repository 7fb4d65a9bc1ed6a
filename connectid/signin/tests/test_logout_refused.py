"""GET /o/logout: requests that are refused to the person's face; nobody is sent anywhere, and nothing ends (safety, section 4)."""

import base64
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from connectid.accounts.models import Account
from connectid.core import clock
from connectid.oauth.models import Client
from connectid.oauth.operations import signing_keys
from connectid.signin.tests.flows import REDIRECT, Walk, new_client
from connectid.signin.tests.logging_out import AFTERWARDS, PATH, get, hint, is_signed_in, returning_client
from connectid.testing.answers import Answered

pytestmark = pytest.mark.django_db


@pytest.fixture
def client_app(db: None) -> Client:
    """A client that has people sent back after they signed out."""
    return returning_client()


def assert_nobody_was_sent_anywhere(answer: Answered, walk: Walk, code: str) -> None:
    assert (answer.status_code, "Location" in answer.headers) == (400, False)
    assert code in answer.content.decode()
    assert is_signed_in(walk)


def encoded(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def unsigned(token: str) -> str:
    _, payload, _ = token.split(".")
    return f"{encoded({'alg': 'none'})}.{payload}."


def altered(token: str) -> str:
    header, payload, signature = token.split(".")
    return f"{header}.{payload}.{signature[:-8]}AAAAAAAA"


def by_another_key(token: str) -> str:
    claims = jwt.decode(token, RSAKey.import_key(signing_keys.keys(at=clock.now()).keys[0].public_jwk)).claims
    key = RSAKey.generate_key(2048)
    return jwt.encode({"alg": "RS256", "kid": key.thumbprint()}, claims, key)


@pytest.mark.parametrize("spoil", [lambda _: "garbage", unsigned, altered, by_another_key])
def test_bad_and_modified_id_token_hint(
    signed_in: Walk, client_app: Client, account: Account, spoil: Callable[[str], str]
) -> None:
    answer = get(
        signed_in, id_token_hint=spoil(hint(client_app, account)), post_logout_redirect_uri=AFTERWARDS
    )
    assert_nobody_was_sent_anywhere(answer, signed_in, "INVALID_ID_TOKEN_HINT")


@pytest.mark.parametrize("changed", [{"iss": "https://evil.example/o"}, {"aud": ["a", "b"]}])
def test_a_hint_of_somebody_else(
    signed_in: Walk, client_app: Client, account: Account, changed: dict[str, Any]
) -> None:
    answer = get(signed_in, id_token_hint=hint(client_app, account, **changed))
    assert_nobody_was_sent_anywhere(answer, signed_in, "INVALID_ID_TOKEN_HINT")


def test_hint_and_client_id_must_agree(signed_in: Walk, client_app: Client, account: Account) -> None:
    """Section 2."""
    other = new_client(post_logout_redirect_uris="https://evil.example/")
    answer = get(
        signed_in,
        id_token_hint=hint(client_app, account),
        client_id=other.client_id,
        post_logout_redirect_uri="https://evil.example/",
    )
    assert_nobody_was_sent_anywhere(answer, signed_in, "INVALID_ID_TOKEN_HINT")


def test_an_unknown_client(signed_in: Walk) -> None:
    answer = get(signed_in, client_id="nobody")
    assert_nobody_was_sent_anywhere(answer, signed_in, "UNKNOWN_CLIENT")


@pytest.mark.parametrize(
    "uri",
    [
        "https://evil.example/",
        REDIRECT,
        f"{AFTERWARDS}/",
        f"{AFTERWARDS}?a=1",
        f"{AFTERWARDS}#a",
        f"{AFTERWARDS}.evil.example",
        AFTERWARDS.upper(),
        AFTERWARDS.replace("https:", "http:"),
        AFTERWARDS.replace("client", "user@client"),
        f"{AFTERWARDS}\n",
        "//evil.example/",
        "javascript:alert(1)",
        "https://client.example/" + "x" * 3000,
    ],
)
def test_bad_post_logout_redirect_uri(
    signed_in: Walk, client_app: Client, account: Account, uri: str
) -> None:
    """query-added and the others: character by character, and never the address of the sign-in."""
    answer = get(signed_in, id_token_hint=hint(client_app, account), post_logout_redirect_uri=uri)
    assert_nobody_was_sent_anywhere(answer, signed_in, "UNREGISTERED_REDIRECT_URI")


@pytest.mark.parametrize("name", ["id_token_hint", "client_id", "post_logout_redirect_uri"])
def test_a_parameter_given_twice(signed_in: Walk, client_app: Client, account: Account, name: str) -> None:
    parameters = {
        "id_token_hint": hint(client_app, account),
        "client_id": client_app.client_id,
        "post_logout_redirect_uri": AFTERWARDS,
    }
    twice = [*parameters.items(), (name, parameters[name])]
    answer = signed_in.browser.get(f"{PATH}?{urlencode(twice)}")
    assert (answer.status_code, is_signed_in(signed_in)) == (400, True)
