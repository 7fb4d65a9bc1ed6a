"""A programmable HTTP server on loopback that stands in for a vendor.

It answers in real threads over a real socket, so the tested client meets the delays, resets, slow bodies and
half-answers that vendors produce::

    with FakeHttpServer() as vendor:
        vendor.answers(Answer(503), Answer(json={"ok": True}))
        client.request("GET", f"{vendor.url}/things", ...)
        assert vendor.requests[1].query == {"page": ["2"]}
"""

import json
import socket
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True, slots=True)
class Received:
    """One request as the fake vendor saw it. ``query`` and ``form`` keep every value of a repeated key."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: Message
    body: bytes

    @property
    def form(self) -> dict[str, list[str]]:
        """The body read as a urlencoded form."""
        return parse_qs(self.body.decode(), keep_blank_values=True)

    def json(self) -> Any:
        """The body read as JSON; raises ``ValueError`` when it is none."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the fake vendor does with a request.

    ``delay`` seconds pass before the first byte. With ``trickle`` the body goes out one byte at a time with that many
    seconds between; with ``trickle_headers`` the status line and headers do. ``reset`` cuts the connection with a TCP reset
    instead of answering. ``cut_after`` closes it after so many bytes of the body, of which the length had promised more.
    """

    status: int = 200
    body: bytes = b""
    json: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    trickle: float = 0.0
    trickle_headers: float = 0.0
    reset: bool = False
    cut_after: int | None = None

    def content(self) -> bytes:
        """The bytes of the body."""
        return self.body if self.json is None else json.dumps(self.json).encode()


Respond = Callable[[Received], Answer]


class FakeHttpServer:
    """Runs a fake vendor for the length of a ``with`` block.

    What it answers is set with :meth:`answers`, or computed by ``respond``, which may be replaced at any time.

    ``requests`` lists what arrived, in order of arrival; ``connections`` counts the TCP connections that were opened.
    """

    def __init__(self, respond: Respond | None = None) -> None:
        self.respond: Respond = respond or (lambda _: Answer())
        self.requests: list[Received] = []
        self.connections = 0
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.fake = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        """The base address, without a trailing slash."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> Self:
        """Begin to answer; the address is already bound before this."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Cut pending delays short and close the port."""
        self._stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def answers(self, *answers: Answer) -> None:
        """Give these answers one after another, and the last one for ever."""
        waiting = list(answers)

        def respond(_: Received) -> Answer:
            with self._lock:
                return waiting.pop(0) if len(waiting) > 1 else waiting[0]

        self.respond = respond

    def _received(self, request: Received) -> None:
        with self._lock:
            self.requests.append(request)

    def _connected(self) -> None:
        with self._lock:
            self.connections += 1

    def _pause(self, seconds: float) -> None:
        if seconds > 0:
            self._stopping.wait(seconds)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    fake: FakeHttpServer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.server.fake._connected()

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:  # the client gave up while we were trickling
            self.close_connection = True

    def log_message(self, *args: Any) -> None:
        """Keep the test output quiet."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):  # every method is answered alike
            return self._answer
        raise AttributeError(name)

    def _answer(self) -> None:
        fake = self.server.fake
        address = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = Received(
            method=self.command,
            path=address.path,
            query=parse_qs(address.query, keep_blank_values=True),
            headers=self.headers,
            body=body,
        )
        fake._received(request)
        answer = fake.respond(request)
        fake._pause(answer.delay)
        if answer.reset:
            self._reset()
        else:
            self._write(answer)

    def _write(self, answer: Answer) -> None:
        content = answer.content()
        headers = {"Content-Length": str(len(content)), **answer.headers}
        if answer.json is not None:
            headers.setdefault("Content-Type", "application/json")
        lines = [
            f"HTTP/1.1 {answer.status} -",
            *(f"{name}: {value}" for name, value in headers.items()),
            "",
            "",
        ]
        self._send("\r\n".join(lines).encode("latin-1"), pause=answer.trickle_headers)
        if answer.cut_after is not None:
            self.close_connection = True
            content = content[: answer.cut_after]
        if self.command != "HEAD":
            self._send(content, pause=answer.trickle)

    def _send(self, content: bytes, *, pause: float) -> None:
        if not pause:
            self.wfile.write(content)
            return
        for position in range(len(content)):
            self.wfile.write(content[position : position + 1])
            self.server.fake._pause(pause)
            if self.server.fake._stopping.is_set():
                self.close_connection = True
                return

    def _reset(self) -> None:
        # A linger time of zero makes close() send RST instead of FIN.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.rfile.close()
        self.connection.close()
        self.close_connection = True
