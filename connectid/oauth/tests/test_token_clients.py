"""POST /o/token and /o/revoke_token: how a client proves who it is (contract A8; 16, E-02; RFC 6749 section 2.3)."""

from base64 import b64encode
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.test import Client as Browser

from connectid.core.ratelimit import Limit
from connectid.oauth import limits
from connectid.oauth.models import AccessToken, Client
from connectid.oauth.operations import clients
from connectid.oauth.operations.clients import NewClient
from connectid.oauth.tests.asking import FORM, PATH, app_form, ask, code_form, new_code, new_server, new_site
from connectid.testing.answers import Answered
from connectid.testing.scene import basic, new_account, new_phone
from connectid.testing.statements import count_statements
from connectid.testing.tokens import the_app

pytestmark = pytest.mark.django_db

OWN = {"grant_type": "client_credentials"}
REFUSED = (401, {"error": "invalid_client"})


def told(answer: Answered) -> tuple[int, object]:
    return answer.status_code, answer.json()


def in_body(client: NewClient, **given: str) -> dict[str, str]:
    return {"client_id": client.client_id, "client_secret": client.client_secret} | given


def test_in_a_basic_header(client: Browser) -> None:
    assert ask(client, OWN, new_server()).status_code == 200


def test_the_header_is_form_encoded(client: Browser) -> None:
    """RFC 6749 section 2.3.1."""
    made = clients.create_client(
        name="Old", grant=Client.GRANT_CLIENT_CREDENTIALS, client_id="a b", client_secret="p%20:+ü" * 8
    )
    encoded = b64encode(b"a+b:" + b"p%2520%3A%2B%C3%BC" * 8).decode()
    assert ask(client, OWN, headers={"Authorization": f"Basic {encoded}"}).status_code == 200
    assert made.client_id == "a b"


@pytest.mark.parametrize("content_type", [FORM, "application/json"])
def test_in_the_body(client: Browser, content_type: str) -> None:
    form = OWN | in_body(new_server())
    answer = ask(client, form) if content_type == FORM else client.post(PATH, form, content_type=content_type)
    assert answer.status_code == 200


def test_in_both_the_same(client: Browser) -> None:
    server = new_server()
    assert ask(client, OWN | in_body(server), server).status_code == 200


def test_in_both_two_clients(client: Browser) -> None:
    answer = ask(client, OWN | {"client_id": new_server().client_id}, new_server())
    assert told(answer) == REFUSED


def test_never_in_the_query_string(client: Browser) -> None:
    """E-02: proxies log query strings."""
    server = new_server()
    query = f"client_id={server.client_id}&client_secret={server.client_secret}"
    assert told(client.post(f"{PATH}?{query}", "grant_type=client_credentials", content_type=FORM)) == REFUSED


def test_nothing_else_in_the_query_string_counts(client: Browser) -> None:
    phone = new_phone()
    form = app_form(phone)
    password = form.pop("password")
    answer = client.post(f"{PATH}?password={password}", form)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize(
    "authorization",
    [
        "Basic",
        "Basic !!!",
        "Basic " + b64encode(b"no colon").decode(),
        "Basic " + b64encode(b"%00:x").decode(),
        "Basic " + b64encode(b"nobody:nothing").decode(),
        "Basic " + b64encode(b":").decode(),
        "Bearer x",
        "",
    ],
)
def test_unknown_clients(client: Browser, authorization: str) -> None:
    """A 401, which is harmless to phones (contract 4.1)."""
    answer = ask(client, OWN, headers={"Authorization": authorization})
    assert told(answer) == REFUSED
    assert answer["WWW-Authenticate"] == 'Basic realm="oauth"'
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("named", ["unknown", "x" * 10_000, "ünknown", "' OR 1=1 --"])
def test_unknown_clients_in_the_body(client: Browser, named: str) -> None:
    assert told(ask(client, app_form(new_phone(), client_id=named))) == REFUSED


@pytest.mark.parametrize("secret", ["wrong", "", "0" * 64])
def test_a_wrong_secret(client: Browser, secret: str) -> None:
    server = new_server()
    assert told(ask(client, OWN | in_body(server, client_secret=secret))) == REFUSED
    with count_statements() as statements:
        assert told(ask(client, OWN, NewClient(server.client_id, secret or "x"))) == REFUSED
    assert len(statements) == 1
    assert not AccessToken.objects.exists()


def test_a_confidential_client_without_its_secret(client: Browser) -> None:
    site = new_site()
    answer = ask(client, code_form(new_code(new_account(), site), client_id=site.client_id))
    assert told(answer) == REFUSED


@pytest.mark.parametrize("secret", ["x", "0" * 64])
def test_a_public_client_has_no_secret(client: Browser, secret: str) -> None:
    answer = ask(client, app_form(new_phone(), client_secret=secret))
    assert told(answer) == REFUSED


def test_a_public_client_may_name_itself_in_a_header(client: Browser) -> None:
    form = app_form(new_phone())
    del form["client_id"]
    assert ask(client, form, headers=basic(the_app().client_id, "")).status_code == 200


def test_another_scheme_s_header_does_not_matter(client: Browser) -> None:
    answer = ask(client, app_form(new_phone()), headers={"Authorization": "Bearer x"})
    assert answer.status_code == 200


def test_a_hash_of_the_former_server_is_replaced_at_first_use(client: Browser) -> None:
    """Contract 17b."""
    server = new_server()
    hasher = PBKDF2PasswordHasher()
    stored = hasher.encode(server.client_secret, hasher.salt(), iterations=1000)
    Client.objects.filter(client_id=server.client_id).update(client_secret=stored)
    assert ask(client, OWN, server).status_code == 200
    assert Client.objects.get(client_id=server.client_id).client_secret.startswith("blake2b_keyed$")


def test_guessing_secrets_ends_in_429(client: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """E-29. Whoever has a right secret is not refused for it."""
    monkeypatch.setattr(limits, "WRONG_SECRETS_PER_ADDRESS", Limit("test.secrets", 2, timedelta(hours=1)))
    server = new_server()
    answers = [ask(client, OWN, NewClient(server.client_id, f"wrong {number}")) for number in range(3)]
    assert [answer.status_code for answer in answers] == [401, 401, 429]
    assert int(answers[2]["Retry-After"]) > 0
    assert ask(client, OWN, server).status_code == 200
    assert ask(client, app_form(new_phone())).status_code == 200
    elsewhere = ask(client, OWN, NewClient(server.client_id, "wrong"), REMOTE_ADDR="198.51.100.1")
    assert elsewhere.status_code == 401


def test_slow_hashes_are_compared_a_few_times_a_minute(
    client: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "IMPORTED_SECRETS_PER_ADDRESS", Limit("test.slow", 1, timedelta(minutes=1)))
    server = new_server()
    hasher = PBKDF2PasswordHasher()
    stored = hasher.encode(server.client_secret, hasher.salt(), iterations=1000)
    Client.objects.filter(client_id=server.client_id).update(client_secret=stored)
    wrong = NewClient(server.client_id, "wrong")
    assert [ask(client, OWN, wrong).status_code for _ in range(2)] == [401, 429]
    assert ask(client, OWN, server, REMOTE_ADDR="198.51.100.1").status_code == 200


def test_the_password_grant_is_the_app_s_alone(client: Browser) -> None:
    """Negative set: any other client, also one that was registered for it."""
    other = clients.create_client(name="Other", grant=Client.GRANT_PASSWORD, public=True)
    server = clients.create_client(name="Server", grant=Client.GRANT_PASSWORD)
    form = app_form(new_phone())
    for answer in (
        ask(client, form | {"client_id": other.client_id}),
        ask(client, form | in_body(server)),
        ask(client, form | in_body(new_server())),
        ask(client, form | in_body(new_site())),
    ):
        assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")
    assert not AccessToken.objects.exists()


@pytest.mark.parametrize(
    "broken", [{"authorization_grant_type": "client-credentials"}, {"client_type": "confidential"}]
)
def test_an_app_s_client_that_an_operator_broke_wipes_no_phone(
    client: Browser, broken: dict[str, str]
) -> None:
    """4.1: never a 400 for the configuration."""
    form = app_form(new_phone())
    Client.objects.update(**broken)
    assert told(ask(client, form)) == REFUSED


def test_every_client_has_one_grant(client: Browser) -> None:
    account = new_account()
    site, server, public = new_site(), new_server(), new_site(public=True)
    app = NewClient(the_app().client_id, "")
    code = code_form(new_code(account, site))
    for wrong, form in ((server, code), (app, code), (site, OWN), (public, OWN), (app, OWN)):
        answer = ask(client, form, wrong)
        assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")
    assert not AccessToken.objects.exists()


def test_a_public_client_gets_no_token_of_its_own(client: Browser) -> None:
    """RFC 6749 section 4.4: confidential clients only."""
    public = clients.create_client(name="P", grant=Client.GRANT_CLIENT_CREDENTIALS, public=True)
    answer = ask(client, OWN, public)
    assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")
