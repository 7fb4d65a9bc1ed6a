"""A real server to measure, stopped at the end, CPU time read from the kernel.

It has half of the machine's processors, and a worker for each, as docs/howto/deploy.md advises where the database is on the same machine; the
other half is for the database, the load, and what stands in for others.
"""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.request import urlopen

from connectid.cli import processors
from connectid.testing.affinity import starting_on
from connectid.testing.ports import free_port

BIN = Path(sys.prefix) / "bin"
OF_SERVERS = processors.available()[: max(1, len(processors.available()) // 2)]
"""Processors on which servers run."""
WORKERS = len(OF_SERVERS)
START = 60.0
"""Seconds until it answers, at most."""
WARM_UP = 3
"""Seconds in which each worker loads its map of countries, which is not what a request costs."""
_CPUCLOCK_SCHED = 2
"""The low bits of such a clock's number, as ``clock_getcpuclockid(3)`` of Linux puts it together."""
_PAGE = os.sysconf("SC_PAGE_SIZE")


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
        return sum(cpu_of(pid) for pid in self.workers())

    def largest_worker_mb(self) -> float:
        """Resident memory of the largest worker, in MB."""
        return max(_resident_bytes(pid) for pid in self.workers()) / 1e6

    def _is_worker(self, pid: int) -> bool:
        # multiprocessing's resource tracker is a child too
        return b"resource_tracker" not in Path(f"/proc/{pid}/cmdline").read_bytes()


def running(
    environment: Mapping[str, str], *, application: str = "connectid.config.wsgi:application"
) -> contextlib.AbstractContextManager[Server]:
    """Serve ``application`` by Granian alone until the block ends."""
    command = [
        str(BIN / "granian"), "--interface", "wsgi", "--blocking-threads", "2", "--no-ws", "--log-level", "error", application,
    ]  # fmt: skip
    return started(command, environment)


@contextlib.contextmanager
def started(command: Sequence[str], environment: Mapping[str, str]) -> Iterator[Server]:
    """Run a command that takes a host, a port and a number of workers, once it answers, until the block ends; on its processors alone."""
    port = free_port()
    where = ("--host", "127.0.0.1", "--port", str(port), "--workers", str(WORKERS))
    with tempfile.TemporaryFile() as output:
        with starting_on(OF_SERVERS):
            process = subprocess.Popen(
                [*command, *where], env={**os.environ, **environment}, stdout=output, stderr=output
            )
        try:
            server = Server(f"http://127.0.0.1:{port}", process.pid)
            _wait(server, process, output)
            time.sleep(WARM_UP)
            yield server
        finally:
            process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(15)
            process.kill()
            process.wait()


def cpu_of(pid: int) -> float:
    """User and system seconds of all threads of a process of this machine; none where it has ended.

    By the process's own clock, in nanoseconds: ``/proc`` counts hundredths of a second, too coarse for sixty requests.
    """
    with contextlib.suppress(OSError):
        return time.clock_gettime(~pid << 3 | _CPUCLOCK_SCHED)
    return 0.0


def _wait(server: Server, process: subprocess.Popen[bytes], output: IO[bytes]) -> None:
    until = time.monotonic() + START
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError), urlopen(f"{server.url}/users/", timeout=2) as answer:
            if answer.status == 200:
                return
        time.sleep(0.1)
    output.seek(0)
    raise RuntimeError(f"the server did not start: {output.read().decode(errors='replace')}")


def _resident_bytes(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
