"""A ``connectid`` that a test starts, asks and stops."""

import http.client
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from connectid.cli.tests.conftest import start
from connectid.testing.ports import free_port

PATIENCE = 90
"""Seconds for a start or a stop, on a machine that runs other tests too."""


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

    def listens(self) -> bool:
        try:
            self.get("/users/")
        except OSError:
            return False
        return True

    def wait_until(self, condition: Callable[[], bool]) -> None:
        give_up = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < give_up, self.output
            time.sleep(0.05)

    def wait_until_it_answers(self) -> None:
        def answers() -> bool:
            assert self.process.poll() is None, self.output
            return self.listens()

        self.wait_until(answers)

    def wait_for(self, words: str) -> None:
        self.wait_until(lambda: words in self.output)

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
