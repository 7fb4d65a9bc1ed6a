"""``connectid create-message-server``."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from connectid.cli.tests.conftest import Connectid
from connectid.messaging.models import MessageServer

pytestmark = pytest.mark.django_db

type Made = Callable[..., dict[str, Any]]


def arguments(host: str = "https://hq.example.org") -> tuple[str, ...]:
    urls = [
        part
        for purpose in ("key", "callback", "delivery", "consent")
        for part in (f"--{purpose}-url", f"{host}/{purpose}")
    ]
    return ("create-message-server", "--name", "HQ", *urls)


def test_makes_id_and_secret(made: Made) -> None:
    printed = made(*arguments())
    server = MessageServer.objects.get()
    assert printed == {"client_id": server.client_id, "client_secret": server.secret}
    assert (len(printed["client_id"]), ":" in "".join(printed.values())) == (40, False)  # contract A7
    assert (server.key_url, server.consent_url) == (
        "https://hq.example.org/key",
        "https://hq.example.org/consent",
    )


def test_takes_id_and_secret(made: Made) -> None:
    """Contract 17b: servers move with their ids and plain secrets."""
    printed = made(*arguments(), "--client-id", "hq", "--secret", "s3cret")
    assert printed == {"client_id": "hq", "client_secret": "s3cret"}


def test_the_secret_is_encrypted(made: Made) -> None:
    """Contract 16, E-32."""
    printed = made(*arguments())
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM messaging_messageserver")
        (stored,) = cursor.fetchone()
    assert printed["client_secret"] not in stored


def test_the_same_again_changes_nothing(made: Made, connectid: Connectid) -> None:
    again = (*arguments(), "--client-id", "hq", "--secret", "s3cret")
    assert made(*again) == made(*again)
    assert MessageServer.objects.count() == 1
    assert connectid(*arguments("https://other.example.org"), *again[-4:]).exit_code == 1


def test_an_issuer_may_have_the_same_credentials(made: Made) -> None:
    """Contract A7: partners hold one pair for both."""
    same = ("--client-id", "hq", "--secret", "s3cret")
    made(*arguments(), *same)
    made("create-issuer", "--authority", "HQ", "--environment", "production", *same)


@pytest.mark.parametrize(
    "host",
    [
        "http://hq.example.org",
        "https://localhost",
        "https://hq",
        "https://10.0.0.1",
        "https://[::1]",
        "https://169.254.169.254",
        "https://user:password@hq.example.org",
        "ftp://hq.example.org",
        "https://hq.example.org:port",
        "hq.example.org",
    ],
)
def test_unsafe_addresses_are_refused(connectid: Connectid, settings: Settings, host: str) -> None:
    settings.ALLOW_PRIVATE_CALLBACKS = False
    result = connectid(*arguments(host))
    assert (result.exit_code, MessageServer.objects.count()) == (1, 0)
    assert all(f"{purpose}_url:" in result.stderr for purpose in ("key", "callback", "delivery", "consent"))


@pytest.mark.parametrize("host", ["http://localhost:8001", "http://hq:8000", "https://10.0.0.1"])
def test_private_addresses_are_allowed_where_settings_say_so(
    made: Made, settings: Settings, host: str
) -> None:
    settings.ALLOW_PRIVATE_CALLBACKS = True
    made(*arguments(host))
