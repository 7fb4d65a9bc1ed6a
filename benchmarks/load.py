"""A load generator in a process of its own: keep-alive connections, a fixed number of requests, then it stops.

It speaks just enough HTTP over plain sockets: it shares the machine with what it measures, and ``http.client`` costs as much as a
request that it makes.
"""

import gc
import json
import re
import select
import socket
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from typing import Never
from urllib.parse import urlsplit

_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")


@dataclass(frozen=True)
class Load:
    """What to send: one request, ``count`` times."""

    url: str
    path: str
    count: int
    method: str = "GET"
    headers: dict[str, str] | None = None
    body: str | None = None
    bodies: list[str] | None = None
    """A body for each request, where they must differ; then they count."""
    texts: list[str] | None = None
    """Whole requests as they go over the wire, in place of all the above; then they count."""
    connections: int = 4
    expected: int = 200
    """The status of a success."""


@dataclass(frozen=True)
class Outcome:
    """Seconds as seen by the client and in all, and what was answered instead of the expected status, how often."""

    total: float
    median: float
    p95: float
    p99: float
    longest: float
    failures: dict[str, int]


def apply(load: Load) -> Outcome:
    """Send ``load`` from a separate process and wait for its figures."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load"],
        input=json.dumps(asdict(load)),
        stdout=subprocess.PIPE,  # what goes wrong is said on standard error
        text=True,
        check=True,
    )
    return Outcome(**json.loads(done.stdout))


def _request(load: Load, body: str | None) -> bytes:
    """The request as it goes over the wire."""
    content = (body or "").encode()
    headers = {"Host": urlsplit(load.url).netloc, **(load.headers or {})}
    if content:
        headers["Content-Length"] = str(len(content))
    lines = [f"{load.method} {load.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + content


def _requests(load: Load) -> list[bytes]:
    bodies: list[str | None] = [*load.bodies] if load.bodies else [load.body] * load.count
    made: dict[str | None, bytes] = {body: _request(load, body) for body in bodies}
    return [made[body] for body in bodies]


class _Connection:
    """A connection that is asked one thing after the other."""

    def __init__(self, address: tuple[str, int], asked: list[bytes]) -> None:
        self.socket = socket.create_connection(address, timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._asked = iter(asked)
        self._answer = b""
        self._began = 0.0

    def ask(self) -> bool:
        """Send the next request; return whether there was one."""
        request = next(self._asked, None)
        if request is not None:
            self._began = time.perf_counter()
            self.socket.sendall(request)
        return request is not None

    def read(self) -> tuple[int, float] | None:
        """Read what there is: the status and the seconds of a whole answer; None: some of it is still to come."""
        found = self.socket.recv(262_144)
        if not found:
            raise ConnectionError("the server closed the connection")
        self._answer = answer = self._answer + found if self._answer else found
        head, end, body = answer.partition(b"\r\n\r\n")
        if not end or len(body) < int(_LENGTH.search(head)[1]):  # type: ignore[index]  # every answer says its length
            return None
        self._answer = b""
        return int(head[9:12]), time.perf_counter() - self._began


def _play(load: Load, requests: list[bytes]) -> tuple[list[float], list[int]]:
    """Send all, and return the seconds of each and the statuses that were not expected.

    One thread for all connections: several would wait for one another's turn at the interpreter, and take from the server's processors
    what that costs.
    """
    address = urlsplit(load.url)
    where = (address.hostname or "", address.port or 80)
    seconds: list[float] = []
    failures: list[int] = []
    shares = [requests[first :: load.connections] for first in range(min(load.connections, len(requests)))]
    with ExitStack() as open_ones, select.epoll() as readable:
        asking = {}
        for connection in [_Connection(where, share) for share in shares]:
            open_ones.callback(connection.socket.close)
            asking[connection.socket.fileno()] = connection
            readable.register(connection.socket, select.EPOLLIN)
            connection.ask()
        while asking:
            for number, _ in readable.poll(60) or _nothing():
                answered = asking[number].read()
                if answered is None:
                    continue
                status, took = answered
                seconds.append(took)
                if status != load.expected:
                    failures.append(status)
                if not asking[number].ask():
                    readable.unregister(number)
                    del asking[number]
    return seconds, failures


def _nothing() -> Never:
    raise TimeoutError("no answer for a minute")


def main() -> None:
    """Read a :class:`Load` from standard input, apply it, print an :class:`Outcome`."""
    load = Load(**json.load(sys.stdin))
    requests = [text.encode() for text in load.texts] if load.texts else _requests(load)
    gc.disable()
    started = time.perf_counter()
    seconds, failures = _play(load, requests)
    total = time.perf_counter() - started
    seconds.sort()
    outcome = Outcome(
        total=total,
        median=seconds[len(seconds) // 2],
        p95=seconds[int(len(seconds) * 0.95)],
        p99=seconds[int(len(seconds) * 0.99)],
        longest=seconds[-1],
        failures=dict(Counter(str(status) for status in failures)),
    )
    print(json.dumps(asdict(outcome)))


if __name__ == "__main__":
    main()
