"""The server as an operator runs it, on a database that is full, and what both spend."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psycopg

from benchmarks.server import Server

NAME = "connectid-fleet"
"""By which the database tells its own processes that serve this run."""

_TICKS = os.sysconf("SC_CLK_TCK")
_SHED = "connectid_shed_requests_total"


@dataclass(frozen=True)
class Spent:
    """CPU seconds since the start of the processes."""

    application: float
    database: float

    def since(self, before: "Spent") -> "Spent":
        """What was spent between two readings."""
        return Spent(self.application - before.application, self.database - before.database)


@dataclass(frozen=True)
class Machine:
    """A running server and its database."""

    server: Server
    database: str

    def spent(self) -> Spent:
        """Read what the workers and their database processes have used."""
        with psycopg.connect(self.database, autocommit=True) as connection:
            rows = connection.execute(
                "SELECT pid FROM pg_stat_activity WHERE application_name = %s", [NAME]
            ).fetchall()
        return Spent(self.server.cpu_seconds(), sum(cpu_of(pid) for (pid,) in rows))

    def shed(self) -> float:
        """How many requests ``/metrics`` says were turned away."""
        with urlopen(f"{self.server.url}/metrics", timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(_SHED))

    @contextlib.contextmanager
    def stuck(self) -> Iterator[None]:
        """Lock a table that every phone's request reads: whatever has a turn keeps it until the block ends."""
        with psycopg.connect(self.database) as connection:
            connection.execute("LOCK TABLE accounts_account IN ACCESS EXCLUSIVE MODE")
            yield
            connection.rollback()


@contextlib.contextmanager
def serving(environment: dict[str, str], *, jobs: bool = True) -> Iterator[Machine]:
    """Run ``connectid serve`` with two workers until the block ends; ``jobs`` says whether they run those too."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    named = {"DATABASE_URL": f"{environment['DATABASE_URL']}?application_name={NAME}"}
    command = [
        str(Path(sys.prefix) / "bin" / "connectid"),
        *("serve", "--host", "127.0.0.1", "--port", str(port), "--workers", "2"),
        *(() if jobs else ("--no-jobs",)),
    ]
    log = Path(environment["DATA_DIR"]) / "serve.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env=os.environ | environment | named, stdout=output, stderr=output
        )
        try:
            server = Server(f"http://127.0.0.1:{port}", process.pid)
            _wait(server, process)
            yield Machine(server, environment["DATABASE_URL"])
        finally:
            process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(15)
            process.kill()
            process.wait()


def _wait(server: Server, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(URLError, OSError), urlopen(f"{server.url}/users/", timeout=2) as answer:
            if answer.status == 200:
                time.sleep(3)  # each worker loads its map of countries
                return
        time.sleep(0.1)
    raise RuntimeError("the server did not start")


def cpu_of(pid: int) -> float:
    """User and system seconds of a process of this machine; none where it has ended."""
    with contextlib.suppress(FileNotFoundError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS
    return 0.0
