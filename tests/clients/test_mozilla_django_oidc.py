"""mozilla-django-oidc: a Django website that signs its people in here, also after the signing key was changed."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from connectid.demo.phone import VirtualPhone
from connectid.testing.ports import free_port
from tests.clients.browser import PlainBrowser
from tests.clients.running import RunningServer, background

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def website(server: RunningServer, tmp_path: Path) -> Iterator[str]:
    """The address of the website."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    client = server.create_client("authorization-code", "--redirect-uri", f"{url}/oidc/callback/")
    environment = os.environ | {
        "PORT": str(port),
        "ISSUER": server.issuer,
        "CLIENT_ID": client.client_id,
        "CLIENT_SECRET": client.client_secret,
        "FOLDER": str(tmp_path),
    }
    command = [sys.executable, "-m", "tests.clients.relying_party"]
    with background(command, environment, tmp_path / "website.log", url):
        yield url


def sign_in(website: str, browser: PlainBrowser) -> str:
    """Sign in to the website; return who it says is there."""
    browser.visit(f"{website}/oidc/authenticate/", until=f"{website}/me")
    found: str = browser.http.get(f"{website}/me", timeout=30).json()["username"]
    return found


def test_signing_in(website: str, browser: PlainBrowser, phone: VirtualPhone) -> None:
    """State, nonce, PKCE and the signature are checked by the website."""
    assert requests.get(f"{website}/me", timeout=30).json()["username"] == ""
    assert sign_in(website, browser) == phone.username


def test_signing_in_after_the_key_was_rotated(
    website: str, browser: PlainBrowser, phone: VirtualPhone, server: RunningServer
) -> None:
    server.connectid("rotate-oidc-key")
    assert sign_in(website, browser) == phone.username
