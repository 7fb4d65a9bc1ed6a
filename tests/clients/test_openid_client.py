"""npm's openid-client: discovery, code with PKCE, userinfo, refresh, introspection and revocation in another language."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from connectid.demo.phone import VirtualPhone
from tests.clients.browser import PlainBrowser
from tests.clients.running import RunningServer

FOLDER = Path(__file__).parent / "openid_client"
CALLBACK = "https://partner.example.org/callback"

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(not shutil.which("npm"), reason="needs npm (apt-get install npm)"),
]


@pytest.fixture(scope="module")
def installed() -> None:
    """What package-lock.json names, nothing else."""
    marker = FOLDER / "node_modules" / ".package-lock.json"
    if not marker.exists() or marker.stat().st_mtime < (FOLDER / "package-lock.json").stat().st_mtime:
        subprocess.run(
            ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"],  # noqa: S607
            cwd=FOLDER,
            check=True,
            timeout=120,
        )


@pytest.mark.usefixtures("installed")
def test_every_step(server: RunningServer, browser: PlainBrowser, phone: VirtualPhone) -> None:
    """The program says where to send the person, and reads where they landed."""
    client = server.create_client(
        "authorization-code", "--redirect-uri", CALLBACK, "--permission", "introspect"
    )
    program = subprocess.Popen(
        ["node", "walk.mjs", server.issuer, client.client_id, client.client_secret, CALLBACK],  # noqa: S607
        cwd=FOLDER,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with program:
        assert program.stdin is not None
        assert program.stdout is not None
        address = program.stdout.readline().strip()
        landed = browser.visit(address, until=CALLBACK)
        output, _ = program.communicate(landed + "\n", timeout=120)
    assert program.returncode == 0
    told = json.loads(output)
    assert told["claims"]["sub"] == told["userinfo"]["sub"] == phone.username
    assert told["introspected"] == phone.username
    assert told["refreshed"] is True
    assert told["active_after_revocation"] is False
    assert told["reused_code"] == "invalid_grant"
