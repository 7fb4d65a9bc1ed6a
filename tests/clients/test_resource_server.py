"""A resource server of django-oauth-toolkit, as CommCare Connect is one: tokens of phones, introspected (contract 14.3)."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from connectid.demo.phone import VirtualPhone
from connectid.testing.ports import free_port
from tests.clients.running import ANDROID_CLIENT_ID, RunningServer, background

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def api(server: RunningServer, tmp_path: Path) -> Iterator[str]:
    """The address of the resource server."""
    port = free_port()
    client = server.create_client("client-credentials", "--permission", "introspect")
    environment = os.environ | {
        "PORT": str(port),
        "ISSUER": server.issuer,
        "CLIENT_ID": client.client_id,
        "CLIENT_SECRET": client.client_secret,
        "FOLDER": str(tmp_path),
    }
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "tests.clients.resource_server"]
    with background(command, environment, tmp_path / "api.log", url):
        yield url


def token_of(server: RunningServer, phone: VirtualPhone) -> str:
    """What the app asks for (contract 14.1)."""
    form = {
        "client_id": ANDROID_CLIENT_ID,
        "scope": "openid",
        "grant_type": "password",
        "username": phone.username,
        "password": phone.password,
    }
    answer = requests.post(f"{server.issuer}/token/", data=form, timeout=30)
    return str(answer.json()["access_token"])


def ask(api: str, token: str) -> requests.Response:
    return requests.get(f"{api}/protected", headers={"Authorization": f"Bearer {token}"}, timeout=60)


def test_a_phones_token_opens_it(server: RunningServer, api: str, phone: VirtualPhone) -> None:
    """And says who it is: `username` is `sub`."""
    answer = ask(api, token_of(server, phone))
    assert (answer.status_code, answer.json()) == (200, {"username": phone.username})


def test_other_tokens_do_not(server: RunningServer, api: str, phone: VirtualPhone) -> None:
    """Neither unknown nor revoked ones."""
    token = token_of(server, phone)
    revoked = requests.post(
        f"{server.issuer}/revoke_token/", data={"token": token, "client_id": ANDROID_CLIENT_ID}, timeout=30
    )
    assert revoked.status_code == 200
    for dead in ("unknown", token):
        assert ask(api, dead).status_code in (401, 403)
