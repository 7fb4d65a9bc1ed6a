"""A load generator in a process of its own: keep-alive connections, a fixed number of requests, then it stops.

It speaks just enough HTTP over plain sockets: it shares the machine with what it measures, and ``http.client`` costs as much as a
request that it makes.
"""

import json
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit


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
        capture_output=True,
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


def _send(load: Load, requests: list[bytes], seconds: list[float], failures: list[int]) -> None:
    address = urlsplit(load.url)
    with socket.create_connection((address.hostname or "", address.port or 80), timeout=60) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for request in requests:
            started = time.perf_counter()
            connection.sendall(request)
            status = _status_of_answer(connection)
            seconds.append(time.perf_counter() - started)
            if status != load.expected:
                failures.append(status)


def _status_of_answer(connection: socket.socket) -> int:
    """Read one whole answer."""
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += _some(connection)
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    (length,) = [int(line[15:]) for line in lines if line.startswith(b"content-length:")]
    left = length - len(body)
    while left > 0:
        left -= len(_some(connection))
    return int(head[9:12])


def _some(connection: socket.socket) -> bytes:
    found = connection.recv(262_144)
    if not found:
        raise ConnectionError("the server closed the connection")
    return found


def main() -> None:
    """Read a :class:`Load` from standard input, apply it, print an :class:`Outcome`."""
    load = Load(**json.load(sys.stdin))
    seconds: list[float] = []
    failures: list[int] = []
    requests = [text.encode() for text in load.texts] if load.texts else _requests(load)
    threads = [
        threading.Thread(target=_send, args=(load, requests[first :: load.connections], seconds, failures))
        for first in range(min(load.connections, len(requests)))
    ]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
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
