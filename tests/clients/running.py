"""A server of this project in a process of its own, with a worker enrolled on it over HTTP."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from connectid.demo.phone import VirtualPhone
from connectid.demo.surroundings import Sandbox, new_number, portrait
from connectid.testing.ports import free_port

ANDROID_CLIENT_ID = "zqFUtAAMrxmjnC1Ji74KAa6ZpY1mZly0J0PlalIa"
BACKUP_CODE = "271828"
PATIENCE = 90
"""Seconds for a start, on a machine that runs other tests too."""

_PROGRAM = (sys.executable, "-c", "from connectid.cli import main; main(prog_name='connectid')")


@dataclass(frozen=True)
class NewClient:
    """A client as ``connectid create-oauth-client`` prints it."""

    client_id: str
    client_secret: str


@dataclass
class RunningServer:
    """An embedded server; ``issuer`` is what it calls itself."""

    url: str
    environment: dict[str, str]

    @property
    def issuer(self) -> str:
        return f"{self.url}/o"

    def connectid(self, *arguments: str) -> str:
        """Run a command of the server's operator and return the last line it printed."""
        done = subprocess.run(
            [*_PROGRAM, *arguments],
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        return done.stdout.strip().rpartition("\n")[2]

    def create_client(self, grant: str, *options: str) -> NewClient:
        """Register a client."""
        return NewClient(
            **json.loads(self.connectid("create-oauth-client", "--name", "Test", "--grant", grant, *options))
        )

    def enrol(self) -> VirtualPhone:
        """Enrol a new worker's phone; its number gets no text, as within a minute the sign-in page could send none."""
        world = Sandbox(self.url)
        phone = VirtualPhone(self.url, new_number(), world.attest)
        phone.start_configuration()
        phone.validate_firebase_id_token(world.id_token(phone.phone_number))
        phone.complete_profile(name="Thandiwe Phiri", backup_code=BACKUP_CODE, photo=portrait())
        return phone

    def code_texted_after(self, phone_number: str, texts: int) -> str:
        """Wait until the number got more than ``texts`` texts, and return the code of the newest."""
        until = time.monotonic() + PATIENCE
        while len(found := self.texts(phone_number)) <= texts:
            assert time.monotonic() < until, "no text arrived"
            time.sleep(0.1)
        [code] = re.findall(r"\b\d{6}\b", found[0])
        return str(code)

    def texts(self, phone_number: str) -> list[str]:
        """Every text that the number got, the newest first."""
        asked: dict[str, Any] = {"to": phone_number, "kind": "sms"}
        answer = requests.get(f"{self.url}/sandbox/api/messages", params=asked, timeout=30)
        return [message["text"] for message in answer.json()["messages"]]


@contextmanager
def running_server(folder: Path) -> Iterator[RunningServer]:
    """Start a server whose files are in ``folder``; stop it at the end."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = os.environ | {
        "ENVIRONMENT": "embedded",
        "DATA_DIR": str(folder),
        "DATABASE_URL": "",
        "PUBLIC_URL": url,
        "RATE_LIMITS": "off",
    }
    with background([*_PROGRAM, "run", "--port", str(port)], environment, folder / "server.log", url):
        yield RunningServer(url, environment)


@contextmanager
def background(
    command: list[str], environment: dict[str, str], output: Path, url: str
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program that answers at ``url``, from then until the end of the block."""
    with output.open("wb") as file:
        process = subprocess.Popen(
            command, env=environment, stdout=file, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            wait_until(lambda: process.poll() is not None or _answers(url))
            assert process.poll() is None, output.read_text()
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                raise


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait for something to become true."""
    until = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.1)


def _answers(url: str) -> bool:
    try:
        requests.get(f"{url}/users/", timeout=5)
    except requests.RequestException:
        return False
    return True
