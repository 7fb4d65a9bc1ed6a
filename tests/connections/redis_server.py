"""A Redis of the test's own, which it kills and starts again empty."""

import contextlib
import shutil
import subprocess
import time
from collections.abc import Iterator

import redis

from connectid.testing.ports import free_port


def program() -> str | None:
    """Where it is."""
    return shutil.which("redis-server")


class RedisServer:
    """A Redis that keeps nothing on disk: started again, it is empty."""

    def __init__(self) -> None:
        self._port = free_port()
        self.url = f"redis://127.0.0.1:{self._port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, empty, and wait until it answers."""
        found = program()
        assert found is not None
        command = [
            found,
            "--port",
            str(self._port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
        ]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        until = time.monotonic() + 20
        while not self._answers():
            assert time.monotonic() < until, "redis-server did not start"
            time.sleep(0.02)

    def kill(self) -> None:
        """SIGKILL."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def keys(self) -> list[str]:
        """What it holds."""
        with redis.Redis.from_url(self.url) as client:
            return [key.decode() for key in client.keys("*")]

    def _answers(self) -> bool:
        with contextlib.suppress(redis.RedisError), redis.Redis.from_url(self.url) as client:
            return bool(client.ping())
        return False


@contextlib.contextmanager
def redis_server() -> Iterator[RedisServer]:
    """A running one, until the block ends."""
    server = RedisServer()
    server.start()
    try:
        yield server
    finally:
        server.kill()
