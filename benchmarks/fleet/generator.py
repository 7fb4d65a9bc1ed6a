"""An open-loop load generator in a process of its own: requests leave when they are due, whatever became of those before.

A phone does not wait for other phones' answers, so latency counts from the moment at which a request was due, and one that found
no connection free has waited too. Connections are kept alive, as a proxy keeps them.
"""

import asyncio
import contextlib
import json
import re
import subprocess
import sys
import time
from collections import deque
from dataclasses import dataclass

CONNECTIONS = 900
GIVE_UP = 30.0
"""Seconds after which the app's HTTP client does."""

_IDS = re.compile(rb'"notification_id": ?"([^"]+)"')
_LOST = 0


@dataclass(frozen=True)
class Due:
    """A request: when it leaves, in seconds from the start, what it is called, and its bytes as text."""

    at: float
    kind: str
    text: str


@dataclass(frozen=True)
class Answer:
    """When it was due, its kind, its status (0: none came), and seconds until it was there."""

    at: float
    kind: str
    status: int
    seconds: float


@dataclass(frozen=True)
class Played:
    """All answers, and the CPU seconds of the generator itself."""

    answers: list[Answer]
    cpu: float


def play(url: str, requests: list[Due]) -> Played:
    """Send ``requests`` from a separate process, acknowledge what polls bring, and wait for all answers."""
    host, _, port = url.removeprefix("http://").partition(":")
    rows = sorted((one.at, one.kind, one.text) for one in requests)
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.fleet.generator"],
        input=json.dumps({"host": host, "port": int(port), "requests": rows}),
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout)
    return Played([Answer(*row) for row in found["answers"]], found["cpu"])


class _Connection(asyncio.Protocol):
    """One connection: a request at a time, its answer read to the end."""

    def __init__(self, crowd: "_Crowd") -> None:
        self.crowd = crowd
        self.current: tuple[float, str, bytes] | None = None
        self.got = b""
        self.length = -1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def send(self, request: tuple[float, str, bytes]) -> None:
        self.current, self.got, self.length = request, b"", -1
        self.transport.write(request[2])

    def data_received(self, data: bytes) -> None:
        self.got += data
        if self.length < 0:
            end = self.got.find(b"\r\n\r\n")
            if end < 0:
                return
            place = self.got.lower().find(b"content-length:", 0, end)
            self.length = end + 4 + int(self.got[place + 15 : self.got.index(b"\r\n", place)])
        if len(self.got) >= self.length and self.current is not None:
            request, self.current = self.current, None
            self.crowd.answered(request, self.got)
            self.crowd.released(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.crowd.lost(self)


class _Crowd:
    """All connections, and what waits for one."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        self.began = time.perf_counter()
        self.idle: list[_Connection] = []
        self.opened = 0
        self.waiting: deque[tuple[float, str, bytes]] = deque()
        self.answers: list[tuple[float, str, int, float]] = []
        self.left = 0
        self.quiet = asyncio.Event()
        self.opening: set[asyncio.Task[None]] = set()

    def now(self) -> float:
        return time.perf_counter() - self.began

    def due(self, request: tuple[float, str, bytes]) -> None:
        self.left += 1
        self.quiet.clear()
        while self.idle:
            connection = self.idle.pop()
            if not connection.transport.is_closing():
                connection.send(request)
                return
        self.waiting.append(request)
        if self.opened < CONNECTIONS:
            self.opened += 1
            task = asyncio.ensure_future(self._open())
            self.opening.add(task)
            task.add_done_callback(self.opening.discard)

    async def _open(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(GIVE_UP):
                _, made = await loop.create_connection(lambda: _Connection(self), self.host, self.port)
        except (OSError, TimeoutError):
            self.opened -= 1
            return
        self.released(made)

    def released(self, connection: _Connection) -> None:
        if self.waiting:
            connection.send(self.waiting.popleft())
        else:
            self.idle.append(connection)

    def answered(self, request: tuple[float, str, bytes], answer: bytes) -> None:
        at, kind, sent = request
        status = int(answer[9:12])
        self._note(request, status)
        if kind == "poll" and status == 200 and (ids := _IDS.findall(answer)):
            asyncio.get_running_loop().call_later(0.2, self._acknowledge, at, sent, ids)
            self.left += 1
            self.quiet.clear()

    def lost(self, connection: _Connection) -> None:
        self.opened -= 1
        if connection in self.idle:
            self.idle.remove(connection)
        if connection.current is not None:
            self._note(connection.current, _LOST)

    def _note(self, request: tuple[float, str, bytes], status: int) -> None:
        self.left -= 1
        if not self.left:
            self.quiet.set()
        self.answers.append((request[0], request[1], status, round(self.now() - request[0], 5)))

    def _acknowledge(self, at: float, poll: bytes, ids: list[bytes]) -> None:
        self.left -= 1
        head = poll.partition(b"\r\n\r\n")[0].split(b"\r\n")
        body = b'{"notifications":["' + b'","'.join(ids) + b'"]}'
        lines = [
            b"POST /messaging/update_notification_received/ HTTP/1.1",
            *head[1:],
            b"Content-Type: application/json",
            b"Content-Length: %d" % len(body),
        ]
        self.due((self.now(), "acknowledge", b"\r\n".join([*lines, b"", b""]) + body))


async def _play(host: str, port: int, requests: list[tuple[float, str, str]]) -> _Crowd:
    made = [(at, kind, text.encode()) for at, kind, text in requests]
    crowd = _Crowd(host, port)
    for request in made:
        ahead = request[0] - crowd.now()
        if ahead > 0:
            await asyncio.sleep(ahead)
        crowd.due(request)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(crowd.quiet.wait(), GIVE_UP)
    for request in crowd.waiting:
        crowd.answers.append((request[0], request[1], _LOST, round(crowd.now() - request[0], 5)))
    return crowd


def main() -> None:
    """Read requests from standard input, play them, print the answers."""
    given = json.load(sys.stdin)
    crowd = asyncio.run(_play(given["host"], given["port"], given["requests"]))
    json.dump({"answers": crowd.answers, "cpu": time.process_time()}, sys.stdout)


if __name__ == "__main__":
    main()
