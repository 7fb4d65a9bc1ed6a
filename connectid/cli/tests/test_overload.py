"""A server that has more to do than it can: whom it serves, whom it turns away, and that it is well again by itself."""

import http.client
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from connectid.cli.tests.conftest import start
from connectid.cli.tests.running import PATIENCE, Server, running

pytestmark = pytest.mark.timeout(180)

ONE_AT_ONCE = {"DATABASE_POOL_SIZE": "1", "QUEUE_LENGTH": "1", "QUEUE_SECONDS": "0.1"}
BODY = b'{"phone_number": "+265991234567"}'
FORM = "application/x-www-form-urlencoded"


@contextmanager
def somebody_slow(server: Server) -> Iterator[socket.socket]:
    """A phone whose body does not end: it keeps the only turn."""
    head = (
        "POST /users/start_configuration HTTP/1.1\r\nHost: localhost\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as phone:
        phone.sendall(head.encode() + BODY[:5])
        server.wait_until(lambda: server.get("/toggles")[0] == 503)
        yield phone


def refused(server: Server) -> float:
    text = server.get("/metrics")[1].decode()
    return sum(map(float, re.findall(r"^connectid_shed_requests_total{.*} (\S+)$", text, re.MULTILINE)))


def test_who_finds_no_turn_is_told_later_and_served_once_there_is_one(tmp_path: Path) -> None:
    assert "OK" in start("migrate", folder=tmp_path).communicate(timeout=PATIENCE)[0]
    with running("serve", "--no-jobs", folder=tmp_path, **ONE_AT_ONCE) as server:
        assert server.get("/toggles")[0] == 200
        with somebody_slow(server) as phone:
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
            for path in ("/o/token/", "/o/userinfo", "/users/heartbeat"):  # on one connection, bodies unread
                connection.request("POST", path, b"username=somebody", {"Content-Type": FORM})
                answer = connection.getresponse()
                assert (answer.status, answer.headers["Content-Type"]) == (503, "text/plain; charset=utf-8")
                assert int(answer.headers["Retry-After"]) > 0
                assert not answer.read().startswith(b"{")
            connection.close()
            assert server.get("/users/") == (200, b"pong")
            assert server.get("/health/live")[0] == 200
            assert refused(server) >= 4
            phone.sendall(BODY[5:])
            assert phone.recv(4096).startswith(b"HTTP/1.1 ")
        server.wait_until(lambda: server.get("/toggles")[0] == 200)
        server.wait_for("overload_began")
    assert "Traceback" not in server.output


def test_without_a_queue_everybody_waits(tmp_path: Path) -> None:
    assert "OK" in start("migrate", folder=tmp_path).communicate(timeout=PATIENCE)[0]
    without = ONE_AT_ONCE | {"QUEUE_LENGTH": "0"}
    with running("serve", "--no-jobs", folder=tmp_path, **without) as server:
        assert server.get("/toggles")[0] == 200
        assert "connectid_turn_wait_seconds_count 0" in server.get("/metrics")[1].decode()
