"""``connectid create-oauth-client``: the last line is JSON, and what it prints can be used."""

from collections.abc import Callable
from typing import Any

import pytest
from pytest_django import Settings

from connectid.cli.tests.conftest import Connectid
from connectid.oauth.models import Client
from connectid.oauth.operations import clients as operations
from connectid.oauth.permissions import ALL, Permission

pytestmark = pytest.mark.django_db

type Made = Callable[..., dict[str, Any]]
SERVER = ("create-oauth-client", "--name", "Connect", "--grant", "client-credentials")


def test_makes_id_and_secret(made: Made) -> None:
    printed = made(*SERVER)
    assert list(printed) == ["client_id", "client_secret"]
    for permission in Permission:
        assert operations.authenticate_client(**printed, permission=permission, address="test"), permission


def test_takes_id_and_secret(made: Made) -> None:
    printed = made(*SERVER, "--client-id", "connect", "--client-secret", "s3cret")
    assert printed == {"client_id": "connect", "client_secret": "s3cret"}
    assert operations.authenticate_client(**printed, permission=Permission.SEND, address="test")


def test_the_secret_is_not_stored(made: Made) -> None:
    printed = made(*SERVER)
    assert printed["client_secret"] not in Client.objects.get().client_secret


def test_without_permissions_it_has_every_one(made: Made) -> None:
    made(*SERVER)
    assert Client.objects.get().permissions == sorted(ALL)


def test_with_permissions_it_has_these(made: Made) -> None:
    made(*SERVER, "--permission", "send", "--permission", "otp")
    assert Client.objects.get().permissions == ["otp", "send"]


def test_the_android_client(made: Made) -> None:
    """Contract 14.1: public, password grant, no secret."""
    android = "zqFUtAAMrxmjnC1Ji74KAa6ZpY1mZly0J0PlalIa"
    printed = made(
        "create-oauth-client", "--name", "App", "--grant", "password", "--public", "--client-id", android
    )
    assert printed == {"client_id": android, "client_secret": ""}
    client = Client.objects.get()
    assert (client.client_type, client.authorization_grant_type) == ("public", "password")
    assert client.permissions == []


def test_redirect_uris(made: Made) -> None:
    uris = ("https://a.example.org/cb", "https://b.example.org/cb")
    made(
        "create-oauth-client", "--name", "Site", "--grant", "authorization-code",
        "--redirect-uri", uris[0], "--redirect-uri", uris[1],
    )  # fmt: skip
    assert Client.objects.get().redirect_uris == " ".join(uris)


def test_the_same_again_changes_nothing(made: Made) -> None:
    again = (*SERVER, "--client-id", "connect", "--client-secret", "s3cret")
    assert made(*again) == made(*again)
    assert Client.objects.count() == 1


@pytest.mark.parametrize(
    "different", [("--client-secret", "other"), ("--client-secret", "s3cret", "--permission", "send"), ()]
)
def test_a_taken_id_is_refused(connectid: Connectid, different: tuple[str, ...]) -> None:
    connectid(*SERVER, "--client-id", "connect", "--client-secret", "s3cret")
    result = connectid(*SERVER, "--client-id", "connect", *different)
    assert result.exit_code == 1
    assert "already has this client id" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--permission", "everything"), "everything: not one of fetch_users"),
        (("--public", "--client-secret", "x"), "neither a secret nor permissions"),
        (("--public", "--permission", "send"), "neither a secret nor permissions"),
    ],
)
def test_what_makes_no_sense_is_refused(connectid: Connectid, arguments: tuple[str, ...], says: str) -> None:
    result = connectid(*SERVER, *arguments)
    assert (result.exit_code, Client.objects.count()) == (2, 0)
    assert says in " ".join(result.stderr.split())


def test_a_code_grant_needs_a_redirect_uri(connectid: Connectid) -> None:
    result = connectid("create-oauth-client", "--name", "Site", "--grant", "authorization-code")
    assert (result.exit_code, Client.objects.count()) == (1, 0)
    assert "redirect_uris" in result.stderr


@pytest.mark.parametrize(
    ("uri", "code"),
    [
        ("https://a.example.org/cb", 0),
        ("http://127.0.0.1:7000/cb", 0),
        ("http://a.example.org/cb", 1),
        ("https://a.example.org/cb#part", 1),
    ],
)
def test_a_redirect_over_http_stays_on_its_machine(
    connectid: Connectid, settings: Settings, uri: str, code: int
) -> None:
    """RFC 8252, section 7.3; RFC 9700, section 2.1."""
    settings.ALLOW_PRIVATE_CALLBACKS = False
    arguments = (
        "create-oauth-client",
        "--name",
        "Site",
        "--grant",
        "authorization-code",
        "--redirect-uri",
        uri,
    )
    result = connectid(*arguments)
    assert result.exit_code == code, result.output
