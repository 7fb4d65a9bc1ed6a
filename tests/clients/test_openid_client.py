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

OUT_OF_REACH = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH", "E503")
"""What npm calls a registry that does not answer; anything else that goes wrong is ours."""

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(not shutil.which("npm"), reason="needs npm (apt-get install npm)"),
]


@pytest.fixture(scope="module")
def installed() -> None:
    """What package-lock.json names, nothing else; skipped, and said so, where npm's registry is out of reach."""
    marker = FOLDER / "node_modules" / ".package-lock.json"
    if marker.exists() and marker.stat().st_mtime >= (FOLDER / "package-lock.json").stat().st_mtime:
        return
    command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, check=False, timeout=240)
    if any(word in done.stderr for word in OUT_OF_REACH):
        pytest.skip(f"npm's registry is out of reach: {done.stderr.strip()[:200]}")
    assert done.returncode == 0, done.stderr


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
