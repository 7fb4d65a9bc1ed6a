"""``connectid run``: a server that somebody starts, uses and stops."""

import http.client
import json
import os
import signal
import socket
import stat
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from connectid.cli.tests.conftest import start

pytestmark = pytest.mark.timeout(180)

PATIENCE = 90
"""Seconds for a start or a stop, on a machine that runs other tests too."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Server:
    """A running ``connectid``, and what it has printed."""

    process: subprocess.Popen[str]
    port: int
    lines: list[str] = field(default_factory=list)

    @property
    def output(self) -> str:
        return "".join(self.lines)

    def listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)

    def get(self, path: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def wait_until_it_answers(self) -> None:
        give_up = time.monotonic() + PATIENCE
        while True:
            assert self.process.poll() is None, self.output
            assert time.monotonic() < give_up, self.output
            try:
                self.get("/users/")
            except OSError:
                time.sleep(0.05)
            else:
                return

    def wait_for(self, words: str) -> None:
        give_up = time.monotonic() + PATIENCE
        while words not in self.output:
            assert time.monotonic() < give_up, self.output
            time.sleep(0.02)

    def stop(self, number: signal.Signals) -> int:
        os.killpg(self.process.pid, number)  # as a terminal does: every process of the group
        return self.process.wait(PATIENCE)


@contextmanager
def running(*arguments: str, folder: Path, **variables: str) -> Iterator[Server]:
    """Start ``connectid`` with these arguments and a port, and see that it is gone afterwards."""
    port = free_port()
    server = Server(start(*arguments, "--port", str(port), folder=folder, **variables), port)
    listening = threading.Thread(target=server.listen)
    listening.start()
    try:
        server.wait_until_it_answers()
        yield server
    finally:
        if server.process.poll() is None:
            server.stop(signal.SIGKILL)
        listening.join()
        if server.process.stdout is not None:
            server.process.stdout.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of one server, started several times."""
    return tmp_path_factory.mktemp("connectid")


def test_first_start_and_second_start(folder: Path) -> None:
    with running("run", folder=folder) as server:
        assert server.get("/users/") == (200, b"pong")
        for page in ("/docs", "/admin/login/", "/static/admin/css/base.css", "/openapi.json", "/sandbox/"):
            assert server.get(page)[0] == 200, page
        server.wait_for("Shown once")
        assert server.stop(signal.SIGINT) == 0
    kept = json.loads((folder / "demo.json").read_text())
    secrets = [kept["admin"]["secret"], kept["oauth_client"]["secret"]]
    secrets += [one["secret"] for one in (*kept["message_servers"], *kept["issuers"])]
    assert (len(secrets), all(secret in server.output for secret in secrets)) == (6, True)
    assert "zqFUtAAMrxmjnC1Ji74KAa6ZpY1mZly0J0PlalIa" in server.output  # contract 14.1
    assert f"http://127.0.0.1:{server.port}/docs" in server.output
    assert "Traceback" not in server.output
    assert stat.S_IMODE((folder / "demo.json").stat().st_mode) == 0o600

    with running("run", folder=folder) as server:
        server.wait_for("Passwords and secrets")
        assert server.stop(signal.SIGINT) == 0
    assert not any(secret in server.output for secret in secrets)
    assert kept["oauth_client"]["id"] in server.output
    assert json.loads((folder / "demo.json").read_text()) == kept
    assert ("Traceback" in server.output, "Making the database" in server.output) == (False, False)


def test_a_taken_port_is_told(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = start("run", "--port", str(taken.getsockname()[1]), folder=folder)
        output, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert "cannot listen on 127.0.0.1" in output
    assert "Traceback" not in output


def test_several_workers_finish_what_they_have_when_they_are_stopped(folder: Path) -> None:
    """A deploy loses no request: one that is half received when SIGTERM comes is answered."""
    with running("serve", "--workers", "2", folder=folder) as server:
        body = b'{"a": "' + b"x" * 100 + b'"}'
        head = f"POST /users/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as phone:
            phone.sendall(head + body[:10])
            time.sleep(0.3)
            os.kill(server.process.pid, signal.SIGTERM)
            time.sleep(0.3)
            phone.sendall(body[10:])
            answer = phone.recv(4096)
        assert server.process.wait(PATIENCE) == 0
    assert answer.startswith(b"HTTP/1.1 405")
    assert "Traceback" not in server.output
