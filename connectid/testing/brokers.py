"""Message brokers for tests: where they are, and queues that no other run uses and that are gone afterwards."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import kombu
import pytest
import redis

KINDS = {
    "rabbitmq": ("TEST_AMQP_URL", "amqp://guest:guest@127.0.0.1:5672//"),
    "redis": ("TEST_BROKER_REDIS_URL", "redis://127.0.0.1:6379/14"),
}


@dataclass(frozen=True)
class TestBroker:
    """A broker that answers, and the prefix of this run's queues."""

    __test__ = False

    url: str
    prefix: str

    def environment(self) -> dict[str, str]:
        """The settings of a process that uses it."""
        return {"CELERY_BROKER_URL": self.url, "CELERY_QUEUE_PREFIX": self.prefix}

    def purge(self) -> int:
        """Lose every message; return how many that were."""
        with self.connect() as connection:
            return int(connection.default_channel.queue_purge(f"{self.prefix}.default") or 0)

    def connect(self) -> kombu.Connection:
        """Return a connection that sees what the server's processes see."""
        return kombu.Connection(
            self.url, connect_timeout=2, transport_options={"global_keyprefix": f"{self.prefix}:"}
        )


@contextmanager
def broker(kind: str) -> Iterator[TestBroker]:
    """Lend a broker; skip the test, saying why, where there is none."""
    variable, usual = KINDS[kind]
    url = os.environ.get(variable, usual)
    found = TestBroker(url, f"test-{secrets.token_hex(4)}")
    try:
        with found.connect() as connection:
            connection.ensure_connection(max_retries=1, timeout=2)
    except (OSError, kombu.exceptions.KombuError) as error:
        pytest.skip(f"no {kind} at {variable} ({type(error).__name__}): jobs over it are NOT tested")
    try:
        yield found
    finally:
        _remove(found)


def _remove(found: TestBroker) -> None:
    if found.url.startswith("redis"):
        client = redis.from_url(found.url)
        client.delete("none", *client.keys(f"{found.prefix}:*"))
        client.close()
        return
    with found.connect() as connection:
        for queue in ("default", "slow"):
            connection.default_channel.queue_delete(f"{found.prefix}.{queue}")
            connection.default_channel.exchange_delete(f"{found.prefix}.{queue}")
