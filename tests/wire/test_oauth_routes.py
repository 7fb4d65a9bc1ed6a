"""What is under /o/, and what is not (contract 15; 16, E-28)."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

SERVED = {
    "o/authorize/",
    "o/token/",
    "o/revoke_token/",
    "o/introspect/",
    "o/userinfo/",
    "o/logout/",
    "o/.well-known/openid-configuration/",
    "o/.well-known/jwks.json/",
    # Pages of the sign-in
    "o/sign_in/",
    "o/sign_in/code/",
    "o/sign_in/backup_code/",
    "o/sign_in/consent/",
}


def paths(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    for pattern in patterns:
        path = f"{before}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from paths(pattern.url_patterns, path)
        else:
            yield path


def test_nothing_else_is_served() -> None:
    """14, 15: every route of the contract but those it does not want, each with and without its slash."""
    found = [path for path in paths(get_resolver().url_patterns) if path.startswith("o/")]
    assert {path.removesuffix("/") + "/" for path in found} == SERVED
    assert len(found) == 2 * len(SERVED)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        "/o/applications/",
        "/o/applications/register/",
        "/o/applications/1/",
        "/o/applications/1/update/",
        "/o/applications/1/delete/",
        "/o/authorized_tokens/",
        "/o/authorized_tokens/1/delete/",
        "/o/device/",
        "/o/device-authorization/",
        "/o/register/",
    ],
)
def test_the_toolkit_s_own_pages_are_not(admin_client: Client, path: str) -> None:
    """E-28: clients are made in the admin or by a command, whoever is signed in."""
    assert admin_client.get(path).status_code == 404
    assert admin_client.post(path, {"name": "x"}).status_code == 404
