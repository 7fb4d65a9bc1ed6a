"""``connectid create-issuer``."""

from collections.abc import Callable
from typing import Any

import pytest

from connectid.cli.tests.conftest import Connectid
from connectid.core import secrets
from connectid.credentials.models import PURPOSE, Issuer

pytestmark = pytest.mark.django_db

type Made = Callable[..., dict[str, Any]]
ISSUER = ("create-issuer", "--authority", "CONNECT", "--environment", "india")


def test_makes_id_and_secret(made: Made) -> None:
    printed = made(*ISSUER)
    issuer = Issuer.objects.get()
    assert (issuer.authority, issuer.environment, issuer.client_id) == (
        "CONNECT",
        "india",
        printed["client_id"],
    )
    assert secrets.matches(printed["client_secret"], issuer.secret_digest, purpose=PURPOSE)


def test_takes_id_and_secret(made: Made) -> None:
    printed = made(*ISSUER, "--client-id", "connect", "--secret", "s3cret")
    assert printed == {"client_id": "connect", "client_secret": "s3cret"}


def test_the_same_again_changes_nothing(made: Made, connectid: Connectid) -> None:
    again = (*ISSUER, "--client-id", "connect", "--secret", "s3cret")
    assert made(*again) == made(*again)
    assert connectid(*ISSUER, "--client-id", "connect", "--secret", "other").exit_code == 1
    assert Issuer.objects.count() == 1


@pytest.mark.parametrize(
    "arguments",
    [("--authority", "OTHER", "--environment", "india"), ("--authority", "HQ", "--environment", "test")],
)
def test_phones_know_no_other_issuers(connectid: Connectid, arguments: tuple[str, ...]) -> None:
    """Contract 5.10."""
    assert connectid("create-issuer", *arguments).exit_code == 2
