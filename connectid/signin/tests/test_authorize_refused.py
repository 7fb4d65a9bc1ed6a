"""What /o/authorize refuses, and whom it tells (safety 4: the negative set; RFC 6749, 4.1.2.1; RFC 9700)."""

import pytest
from django.test import Client as Browser

from connectid.oauth.models import AuthorizationCode, Client
from connectid.signin.tests.flows import CHALLENGE, REDIRECT, Walk, asked, new_client, told

pytestmark = pytest.mark.django_db

LONG = "x" * 3000


def assert_said_to_the_person(walk: Walk) -> None:
    """A page explains it, and the browser is sent nowhere; the same on every other page."""
    for path in (
        "/o/authorize",
        "/o/sign_in",
        "/o/sign_in/code",
        "/o/sign_in/backup_code",
        "/o/sign_in/consent",
    ):
        answer = walk.browser.get(f"{path}?{walk.query}")
        assert answer.status_code == 400
        assert "Location" not in answer
        assert "This link does not work" in answer.content.decode()


@pytest.mark.parametrize(
    "redirect_uri",
    [
        "https://client.example/callback/",
        "https://client.example/callback/more",
        "https://client.example/",
        "https://client.example/Callback",
        "https://client.example/callback?extra=1",
        "https://client.example/callback?",
        "https://client.example/callback#",
        "https://client.example/callback#fragment",
        "https://client.example:443/callback",
        "https://user@client.example/callback",
        "https://client.example@evil.example/callback",
        "https://client.example.evil.example/callback",
        "https://CLIENT.example/callback",
        "HTTPS://client.example/callback",
        "http://client.example/callback",
        "https://client.example/a/../callback",
        "https://client.example/callback%2F",
        "https://client.example/callback;evil",
        "https://client.example\\@evil.example/callback",
        "//client.example/callback",
        "javascript:alert(1)",
        " https://client.example/callback",
        "https://client.example/callback\n",
        f"{REDIRECT} https://evil.example",
        LONG,
        "",
        None,
    ],
)
def test_an_address_that_is_not_the_registered_one(client_app: Client, redirect_uri: str | None) -> None:
    """oidcc-ensure-registered-redirect-uri."""
    assert_said_to_the_person(Walk(asked(client_app, redirect_uri=redirect_uri)))


@pytest.mark.parametrize("client_id", ["unknown", "", None, "\x00", "é", LONG])
def test_an_unknown_client(client_app: Client, client_id: str | None) -> None:
    assert_said_to_the_person(Walk(asked(client_app, client_id=client_id)))


def test_a_client_without_any_redirect_address(client_app: Client) -> None:
    Client.objects.filter(pk=client_app.pk).update(redirect_uris="")
    assert_said_to_the_person(Walk(asked(client_app)))


@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
def test_client_or_address_given_twice(walk: Walk, name: str) -> None:
    answer = walk.browser.get(f"/o/authorize?{walk.query}&{name}={walk.parameters[name]}")
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("registered", "asked_for", "is_the_same"),
    [
        ("http://127.0.0.1/cb", "http://127.0.0.1:51234/cb", True),
        ("http://127.0.0.1:8000/cb", "http://127.0.0.1:51234/cb", True),
        ("http://127.0.0.1:8000/cb", "http://127.0.0.1/cb", True),
        ("http://[::1]/cb", "http://[::1]:51234/cb", True),
        ("http://127.0.0.1/cb", "http://127.0.0.1:51234/other", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:51234/cb?x=1", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:/cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:0/cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:99999/cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:80@evil.example/cb", False),
        ("http://127.0.0.1/cb", "https://127.0.0.1:51234/cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.2:51234/cb", False),
        ("http://127.0.0.1/cb", "http://[::1]:51234/cb", False),
        ("http://localhost/cb", "http://localhost:51234/cb", False),
        ("https://client.example/cb", "https://client.example:51234/cb", False),
    ],
)
def test_the_port_is_free_on_loopback_alone(registered: str, asked_for: str, is_the_same: bool) -> None:
    """RFC 8252, 7.3 and 8.3: not for `localhost`, which may be somebody else."""
    walk = Walk(asked(new_client(public=True, redirect_uris=(registered,)), redirect_uri=asked_for))
    assert walk.authorize().status_code == (302 if is_the_same else 400)


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": ""}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "id_token"}, "unsupported_response_type"),
        ({"response_type": "code token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_type": "none"}, "unsupported_response_type"),
        ({"response_type": "code "}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"response_mode": "form_post"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "s256"}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge": CHALLENGE[:-1]}, "invalid_request"),
        ({"code_challenge": f"{CHALLENGE}="}, "invalid_request"),
        ({"code_challenge": "!" * 43}, "invalid_request"),
        ({"scope": "admin"}, "invalid_scope"),
        ({"prompt": "create"}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "LOGIN"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"max_age": "soon"}, "invalid_request"),
        ({"max_age": ""}, "invalid_request"),
        ({"max_age": "9" * 30}, "invalid_request"),
        ({"nonce": LONG}, "invalid_request"),
        ({"nonce": "\x00"}, "invalid_request"),
        ({"state": LONG}, "invalid_request"),
        ({"request": "eyJhbGciOiJub25lIn0.e30."}, "request_not_supported"),
        ({"request_uri": "https://client.example/request.jwt"}, "request_uri_not_supported"),
        ({"registration": "{}"}, "registration_not_supported"),
    ],
    ids=str,
)
def test_what_is_told_to_the_client(client_app: Client, changed: dict[str, str | None], error: str) -> None:
    """oidcc-response-type-missing, -unsigned-request-object…; on every page, whose query anybody may edit."""
    walk = Walk(asked(client_app, **changed))
    for path in ("/o/authorize", "/o/sign_in", "/o/sign_in/consent"):
        answer = walk.browser.get(f"{path}?{walk.query}")
        assert (answer.status_code, answer["Location"].partition("?")[0]) == (303, REDIRECT)
        assert told(answer)["error"] == error
        assert told(answer)["iss"] == "http://127.0.0.1:8000/o"
        assert told(answer)["state"] == walk.parameters["state"]
    assert AuthorizationCode.objects.count() == 0


@pytest.mark.parametrize("name", ["state", "scope", "nonce", "code_challenge", "prompt", "response_type"])
def test_a_parameter_given_twice(walk: Walk, name: str) -> None:
    """RFC 6749, 3.1."""
    walk.parameters |= {"nonce": "n", "prompt": "login"}
    answer = walk.browser.get(f"/o/authorize?{walk.query}&{name}={walk.parameters[name]}")
    assert told(answer)["error"] == "invalid_request"
    assert ("state" in told(answer)) == (name != "state")


def test_a_public_client_needs_pkce_and_a_confidential_one_may_do_without(client_app: Client) -> None:
    """Without it nothing but the secret at the token endpoint would tie a code to its client."""
    bare = {"code_challenge": None, "code_challenge_method": None}
    assert told(Walk(asked(new_client(public=True), **bare)).authorize())["error"] == "invalid_request"
    assert "/o/sign_in?" in Walk(asked(client_app, **bare)).authorize()["Location"]


@pytest.mark.parametrize(
    "grant", [Client.GRANT_PASSWORD, Client.GRANT_CLIENT_CREDENTIALS, Client.GRANT_IMPLICIT]
)
def test_a_client_of_another_grant(client_app: Client, grant: str) -> None:
    Client.objects.filter(pk=client_app.pk).update(authorization_grant_type=grant)
    assert told(Walk(asked(client_app)).authorize())["error"] == "unauthorized_client"


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace"])
def test_another_method(walk: Walk, method: str) -> None:
    assert getattr(Browser(), method)(f"/o/authorize?{walk.query}").status_code == 405


def test_unknown_scopes_are_left_out(client_app: Client) -> None:
    """OpenID Connect Core, 3.1.2.1."""
    assert "/o/sign_in?" in Walk(asked(client_app, scope="openid admin")).authorize()["Location"]
