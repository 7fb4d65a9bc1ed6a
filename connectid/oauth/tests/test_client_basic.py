"""How a server proves that it is a client with a permission (contract A4, A5; 16, E-01, E-02, E-12)."""

from base64 import b64encode
from datetime import timedelta
from urllib.parse import quote_plus

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.test import Client as Browser
from pytest_django import DjangoAssertNumQueries, Settings

from connectid.core import keyring
from connectid.core.ratelimit import Limit
from connectid.oauth import limits
from connectid.oauth.models import Client
from connectid.oauth.operations import clients as operations
from connectid.oauth.operations.clients import NewClient
from connectid.oauth.permissions import Permission

pytestmark = [pytest.mark.django_db, pytest.mark.urls("connectid.oauth.tests.guarded")]

REFUSAL = {"detail": "Authentication credentials were not provided."}
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def server() -> NewClient:
    """A confidential client that may do everything."""
    return operations.create_client(name="Connect", grant=Client.GRANT_CLIENT_CREDENTIALS)


def basic(client_id: str, secret: str) -> str:
    return "Basic " + b64encode(f"{quote_plus(client_id)}:{quote_plus(secret)}".encode()).decode()


def header(client: NewClient) -> str:
    return basic(client.client_id, client.client_secret)


def test_basic_header(
    client: Browser, server: NewClient, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        response = client.get("/explained", headers={"Authorization": header(server)})
    assert (response.status_code, response.json()["client_id"]) == (200, server.client_id)


def test_credentials_in_the_header_are_form_encoded(client: Browser) -> None:
    made = operations.create_client(
        name="Old", grant=Client.GRANT_CLIENT_CREDENTIALS, client_id="a b", client_secret="p%20:+ü"
    )
    response = client.get("/explained", headers={"Authorization": header(made)})
    assert response.status_code == 200


@pytest.mark.parametrize("content_type", [FORM, "multipart/form-data; boundary=x"])
def test_form_body(client: Browser, server: NewClient, content_type: str) -> None:
    fields = {"client_id": server.client_id, "client_secret": server.client_secret, "word": "hello"}
    if content_type == FORM:
        body = "&".join(f"{name}={text}" for name, text in fields.items())
    else:
        body = "".join(
            f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
            for name, text in fields.items()
        )
        body += "--x--\r\n"
    response = client.post("/explained", body, content_type=content_type)
    assert (response.status_code, response.json()["word"]) == (200, "hello")


def test_slow_hashes_are_compared_a_few_times_a_minute(
    client: Browser, server: NewClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hash of the former server costs half a second of CPU, so that whoever knows a client id could ask for as many."""
    monkeypatch.setattr(limits, "IMPORTED_SECRETS_PER_ADDRESS", Limit("test.slow", 1, timedelta(minutes=1)))
    hasher = PBKDF2PasswordHasher()
    stored = hasher.encode(server.client_secret, hasher.salt(), iterations=1000)
    Client.objects.filter(client_id=server.client_id).update(client_secret=stored)
    wrong = {"Authorization": basic(server.client_id, "wrong")}
    answers = [client.get("/unexplained", headers=wrong) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [403, 429]
    assert int(answers[1]["Retry-After"]) > 0
    right = {"Authorization": header(server)}
    assert client.get("/unexplained", headers=right, REMOTE_ADDR="198.51.100.1").status_code == 200
    assert client.get("/unexplained", headers=right).status_code == 200


def test_a5_refuses_with_403_and_detail(client: Browser) -> None:
    response = client.get("/explained")
    assert (response.status_code, response.json()) == (403, REFUSAL)
    assert response["X-API-Current-Version"] == "2.0"
    assert "WWW-Authenticate" not in response


def test_a4_refuses_with_403_and_nothing(client: Browser, server: NewClient) -> None:
    response = client.get("/unexplained", headers={"Authorization": basic(server.client_id, "wrong")})
    assert (response.status_code, response.content) == (403, b"")
    assert client.get("/unexplained", headers={"Authorization": header(server)}).status_code == 200


@pytest.mark.parametrize(
    "authorization",
    [
        "Basic",
        "Basic !!!",
        "Basic " + b64encode(b"no colon").decode(),
        "Basic " + b64encode(b"%00:x").decode(),
        basic("nobody", "nothing"),
        basic("", ""),
        "Bearer token",
    ],
)
def test_wrong_headers_are_refused_alike(client: Browser, server: NewClient, authorization: str) -> None:
    response = client.get("/explained", headers={"Authorization": authorization})
    assert (response.status_code, response.json()) == (403, REFUSAL)


def test_wrong_secret(
    client: Browser, server: NewClient, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        response = client.get("/explained", headers={"Authorization": basic(server.client_id, "wrong")})
    assert response.status_code == 403


def test_never_from_the_query_string(client: Browser, server: NewClient) -> None:
    """Contract 16, E-02: proxies log query strings."""
    query = f"?client_id={server.client_id}&client_secret={server.client_secret}"
    assert client.get(f"/explained{query}").status_code == 403
    assert client.post(f"/explained{query}", "word=x", content_type=FORM).status_code == 403


def test_never_from_a_json_body(client: Browser, server: NewClient) -> None:
    body = {"client_id": server.client_id, "client_secret": server.client_secret}
    assert client.post("/explained", body, content_type="application/json").status_code == 403


def test_a_header_is_not_overruled_by_the_body(client: Browser, server: NewClient) -> None:
    body = f"client_id={server.client_id}&client_secret={server.client_secret}"
    response = client.post(
        "/explained", body, content_type=FORM, headers={"Authorization": basic("nobody", "nothing")}
    )
    assert response.status_code == 403


@pytest.mark.parametrize("secret", ["", "guess"])
def test_a_public_client_never_passes(client: Browser, secret: str) -> None:
    """Contract 16, E-02: the app's client id is in every APK."""
    made = operations.create_client(name="App", grant=Client.GRANT_PASSWORD, public=True)
    Client.objects.filter(client_id=made.client_id).update(
        permissions=["otp"], client_secret=operations.stored_secret(secret)
    )
    assert (
        client.get("/explained", headers={"Authorization": basic(made.client_id, secret)}).status_code == 403
    )


def test_a_client_without_the_permission_is_refused(client: Browser) -> None:
    made = operations.create_client(
        name="Sender", grant=Client.GRANT_CLIENT_CREDENTIALS, permissions=[Permission.SEND]
    )
    response = client.get("/explained", headers={"Authorization": header(made)})
    assert (response.status_code, response.json()) == (403, REFUSAL)


def test_a_secret_outlives_a_rotation_of_keys(
    client: Browser, server: NewClient, settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    fresh = keyring.generate("fresh")
    (old,) = settings.SECRET_HASH_KEYS
    settings.SECRET_HASH_KEYS = keyring.KeyRing([keyring.parse(fresh).current, old])
    with django_assert_num_queries(2):
        client.get("/explained", headers={"Authorization": header(server)})
    settings.SECRET_HASH_KEYS = keyring.parse(fresh)
    with django_assert_num_queries(1):
        response = client.get("/explained", headers={"Authorization": header(server)})
    assert response.status_code == 200


def test_a_hash_of_the_former_server_is_replaced_at_first_use(client: Browser, server: NewClient) -> None:
    """Contract 17b: confidential clients move with the hash of their secret."""
    hasher = PBKDF2PasswordHasher()
    stored = hasher.encode(server.client_secret, hasher.salt(), iterations=1000)
    Client.objects.filter(client_id=server.client_id).update(client_secret=stored)
    assert client.get("/explained", headers={"Authorization": header(server)}).status_code == 200
    assert Client.objects.get(client_id=server.client_id).client_secret.startswith("blake2b_keyed$")


def test_the_document_names_the_permission() -> None:
    from connectid.oauth.tests.guarded import Explained, otp_client

    assert otp_client.security_requirements(None, Explained) == [{"client": ["otp"]}]  # type: ignore[arg-type]
