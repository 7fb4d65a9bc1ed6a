"""``connectid run``: a server that somebody starts, uses and stops."""

import json
import os
import re
import signal
import socket
import stat
import sys
from pathlib import Path

import pytest

from connectid.cli.tests.conftest import start
from connectid.cli.tests.running import PATIENCE, Server, running

pytestmark = pytest.mark.timeout(180)


def test_first_start_and_second_start(tmp_path: Path) -> None:
    with running("run", folder=tmp_path) as server:
        assert server.get("/users/") == (200, b"pong")
        for page in ("/docs", "/admin/login/", "/static/admin/css/base.css", "/openapi.json", "/sandbox/"):
            assert server.get(page)[0] == 200, page
        server.wait_for("Shown once")
        assert server.stop(signal.SIGINT) == 0
    kept = json.loads((tmp_path / "demo.json").read_text())
    secrets = [kept["admin"]["secret"], kept["oauth_client"]["secret"]]
    secrets += [one["secret"] for one in (*kept["message_servers"], *kept["issuers"])]
    assert (len(secrets), all(secret in server.output for secret in secrets)) == (6, True)
    assert "zqFUtAAMrxmjnC1Ji74KAa6ZpY1mZly0J0PlalIa" in server.output  # contract 14.1
    assert f"http://127.0.0.1:{server.port}/docs" in server.output
    assert "Traceback" not in server.output
    assert stat.S_IMODE((tmp_path / "demo.json").stat().st_mode) == 0o600

    with running("run", folder=tmp_path) as server:
        server.wait_for("Passwords and secrets")
        assert server.stop(signal.SIGINT) == 0
    assert not any(secret in server.output for secret in secrets)
    assert kept["oauth_client"]["id"] in server.output
    assert json.loads((tmp_path / "demo.json").read_text()) == kept
    assert ("Traceback" in server.output, "Making the database" in server.output) == (False, False)


def test_a_taken_port_is_told(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = start("serve", "--port", str(taken.getsockname()[1]), folder=tmp_path)
        output, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert "cannot listen on 127.0.0.1" in output
    assert "Traceback" not in output


def test_a_deploy_loses_no_request(tmp_path: Path) -> None:
    """After SIGTERM, the workers say that they are not ready, serve on, and finish even a half received request."""
    assert "OK" in start("migrate", folder=tmp_path).communicate(timeout=PATIENCE)[0]
    with running("serve", "--workers", "2", "--notice", "60", folder=tmp_path) as server:
        assert server.get("/health/ready")[0] == 200
        before = requests_counted(server)
        for _ in range(20):
            server.get("/users/")
        server.wait_until(
            lambda: requests_counted(server) == before + 20
        )  # each worker tells of its own, a moment later
        body = b'{"a": "' + b"x" * 100 + b'"}'
        head = f"POST /users/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as phone:
            phone.sendall(head + body[:10])
            os.kill(server.process.pid, signal.SIGTERM)
            server.wait_until(lambda: server.get("/health/ready")[0] == 503)
            assert server.get("/users/") == (200, b"pong")
            os.kill(server.process.pid, signal.SIGTERM)  # the second is obeyed at once
            server.wait_until(lambda: not server.listens())
            phone.sendall(body[10:])
            answer = phone.recv(4096)
        assert server.process.wait(PATIENCE) == 0
    assert answer.startswith(b"HTTP/1.1 405")
    assert "Traceback" not in server.output


@pytest.mark.skipif(sys.platform != "linux", reason="asks the kernel to tell the workers")
def test_workers_do_not_outlive_their_server(tmp_path: Path) -> None:
    with running("serve", folder=tmp_path) as server:
        server.process.kill()
        server.wait_until(lambda: not server.listens())


def requests_counted(server: Server) -> int:
    """Return how many times ``/users/`` was answered, by whichever worker."""
    text = server.get("/metrics")[1].decode()
    counted = re.search(r'connectid_responses_total{method="GET",route="users",status="200"} (\d+)', text)
    assert counted, text
    return int(counted[1])
