"""A real server to measure: PostgreSQL of its own name, Granian with two workers, CPU time read from the kernel."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

WORKERS = 2
WARM_UP = 3
"""Seconds in which each worker loads its map of countries, which is not what a request costs."""
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Server:
    """A running server. Figures cover its worker processes only, not Granian's supervisor and not the database."""

    url: str
    supervisor: int

    def workers(self) -> list[int]:
        """Process ids of the workers."""
        children = Path(f"/proc/{self.supervisor}/task/{self.supervisor}/children").read_text()
        return [int(pid) for pid in children.split() if self._is_worker(int(pid))]

    def cpu_seconds(self) -> float:
        """User and system time that all workers spent so far."""
        return sum(_cpu_seconds(pid) for pid in self.workers())

    def largest_worker_mb(self) -> float:
        """Resident memory of the largest worker, in MB."""
        return max(_resident_bytes(pid) for pid in self.workers()) / 1e6

    def _is_worker(self, pid: int) -> bool:
        # multiprocessing's resource tracker is a child too
        return b"resource_tracker" not in Path(f"/proc/{pid}/cmdline").read_bytes()


@contextlib.contextmanager
def running(
    environment: Mapping[str, str], *, application: str = "connectid.config.wsgi:application"
) -> Iterator[Server]:
    """Serve ``application`` with :data:`WORKERS` workers until the block ends."""
    port = _free_port()
    command = [
        str(Path(sys.prefix) / "bin" / "granian"), "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", str(WORKERS), "--blocking-threads", "2", "--no-ws", "--log-level", "error", application,
    ]  # fmt: skip
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=output, stderr=output)
        try:
            server = Server(f"http://127.0.0.1:{port}", process.pid)
            _wait(server, process)
            time.sleep(WARM_UP)
            yield server
        finally:
            process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()
            process.wait()


def _wait(server: Server, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError("the server did not start")
        with contextlib.suppress(OSError), urlopen(f"{server.url}/users/", timeout=2) as answer:
            if answer.status == 200:
                return
        time.sleep(0.1)
    raise RuntimeError("the server did not answer")


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _resident_bytes(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
