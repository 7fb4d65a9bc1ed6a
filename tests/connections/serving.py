"""A real server of two processes on the database of the running test."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests
from django.db import connection

from connectid.testing.ports import free_port

START_SECONDS = 60.0
CONNECTID = str(Path(sys.prefix) / "bin" / "connectid")


@dataclass(frozen=True)
class Server:
    """A running server."""

    url: str
    environment: dict[str, str]

    def post(
        self, path: str, body: dict[str, Any], headers: dict[str, str], **options: Any
    ) -> requests.Response:
        """Send JSON, as phones do."""
        return requests.post(f"{self.url}{path}", json=body, headers=headers, timeout=30, **options)

    def get(self, path: str, headers: dict[str, str] | None = None) -> requests.Response:
        """Ask."""
        return requests.get(f"{self.url}{path}", headers=headers, timeout=30)


def database_url() -> str:
    """The address of the test's database."""
    at = connection.settings_dict
    user, password, host = (quote(at[name], "") for name in ("USER", "PASSWORD", "HOST"))
    return f"postgresql://{user}{':' if password else ''}{password}@{host}:{at['PORT']}/{at['NAME']}"


@contextlib.contextmanager
def serving(*, jobs: str = "--no-jobs", **variables: str) -> Iterator[Server]:
    """Serve with these settings until the block ends."""
    port = free_port()
    environment = os.environ | {"DATABASE_URL": database_url(), "RATE_LIMITS": "off"} | variables
    command = [CONNECTID, "serve", "--port", str(port), "--workers", "2", jobs]
    with running(command, environment):
        server = Server(f"http://127.0.0.1:{port}", environment)
        _wait(server)
        yield server


@contextlib.contextmanager
def running(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program until the block ends."""
    process = subprocess.Popen(command, env=environment, process_group=0)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def _wait(server: Server) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        with contextlib.suppress(requests.ConnectionError):
            if server.get("/users/").text == "pong":
                return
        time.sleep(0.1)
    raise AssertionError("the server did not start in time")
