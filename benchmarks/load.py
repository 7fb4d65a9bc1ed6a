"""A load generator in a process of its own: keep-alive connections, a fixed number of requests, then it stops."""

import http.client
import json
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
    connections: int = 4
    expected: int = 200
    """The status of a success."""


@dataclass(frozen=True)
class Outcome:
    """Seconds as seen by the client, and what was answered instead of the expected status, how often."""

    median: float
    p95: float
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


def _send(load: Load, count: int, seconds: list[float], failures: list[int]) -> None:
    address = urlsplit(load.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
    for _ in range(count):
        started = time.perf_counter()
        connection.request(load.method, load.path, body=load.body, headers=load.headers or {})
        response = connection.getresponse()
        response.read()
        seconds.append(time.perf_counter() - started)
        if response.status != load.expected:
            failures.append(response.status)
    connection.close()


def main() -> None:
    """Read a :class:`Load` from standard input, apply it, print an :class:`Outcome`."""
    load = Load(**json.load(sys.stdin))
    seconds: list[float] = []
    failures: list[int] = []
    share = max(1, load.count // load.connections)
    threads = [
        threading.Thread(target=_send, args=(load, share, seconds, failures)) for _ in range(load.connections)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds.sort()
    outcome = Outcome(
        median=seconds[len(seconds) // 2],
        p95=seconds[int(len(seconds) * 0.95)],
        longest=seconds[-1],
        failures=dict(Counter(str(status) for status in failures)),
    )
    print(json.dumps(asdict(outcome)))


if __name__ == "__main__":
    main()
