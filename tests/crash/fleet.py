"""The processes of a run. Each may be killed at any moment, and is started again."""

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import redis
import requests

from connectid.testing.brokers import TestBroker
from connectid.testing.ports import free_port
from tests.journeys.fleet import database, production

BIN = Path(sys.prefix) / "bin"
START_SECONDS = 120.0


@dataclass
class Fleet:
    """A running fleet on one machine."""

    url: str
    database_url: str
    broker: TestBroker
    vhost: str
    environment: dict[str, str]
    log: Path
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def commands(self) -> dict[str, list[str]]:
        """What runs, by name."""
        port = self.url.rpartition(":")[2]
        celery = [str(BIN / "celery"), "-A", "connectid.config.celery", "worker", "-c", "2", "-l", "WARNING"]
        return {
            "server": [str(BIN / "connectid"), "serve", "--port", port, "--workers", "2", "--notice", "0"],
            "dispatcher": [str(BIN / "connectid"), "dispatcher"],
            "celery": [*celery, "--without-gossip", "--without-mingle"],
            "worker": [str(BIN / "connectid"), "worker", "--threads", "4"],
        }

    def start(self, name: str) -> None:
        """Start a process, in a group of its own."""
        with self.log.open("ab") as log:
            self.processes[name] = subprocess.Popen(
                self.commands()[name], env=self.environment, process_group=0, stdout=log, stderr=log
            )

    def kill(self, name: str) -> None:
        """Kill a process and its children, without a word, and start it again."""
        self._end(name)
        self.start(name)

    def start_what_ended(self) -> None:
        """Start what ended by itself, as whatever watches over services does.

        Granian gives up when one of its processes ends within seconds of its start, which on a quick machine a second fault brings about.
        """
        for name, process in list(self.processes.items()):
            if process.poll() is not None:
                self.start(name)

    def kill_a_server_process(self, choose: Callable[[list[int]], int]) -> None:
        """Kill one of the server's processes; the server replaces it."""
        parent = self.processes["server"].pid
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        if children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(choose([int(child) for child in children]), signal.SIGKILL)

    def cut_database_connections(self, share: float) -> int:
        """End some of everybody's connections to the database; return how many."""
        with self.connect() as connection:
            return connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid() AND random() < %s",
                (share,),
            ).rowcount

    def cut_broker_connections(self) -> None:
        """End everybody's connections to the broker, and lose every message that waits there."""
        if self.vhost:
            rabbitmqctl("close_all_connections", "--vhost", self.vhost, "crash test")
        with contextlib.suppress(Exception):  # there may be no queue yet
            self.broker.purge()

    def flush_redis(self) -> None:
        """Forget everything that Redis holds for this fleet: caches and limits, and messages where it is the broker."""
        for url in {self.environment["REDIS_URL"], self.broker.url}:
            if url.startswith("redis"):
                with redis.from_url(url) as client:
                    client.flushdb()

    def connect(self) -> psycopg.Connection:
        """A connection of the test's own."""
        return psycopg.connect(self.database_url, autocommit=True)

    def stop(self) -> None:
        """End everything."""
        self.end(*self.processes)

    def end(self, *names: str) -> None:
        """Kill processes that are not to start again."""
        for name in names:
            self._end(name)

    def _end(self, name: str) -> None:
        process = self.processes.pop(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def wait_until_it_answers(self) -> None:
        """Wait for the server's first answer."""
        until = time.monotonic() + START_SECONDS
        while True:
            with contextlib.suppress(requests.RequestException):
                if requests.get(f"{self.url}/users/", timeout=5).ok:
                    return
            assert time.monotonic() < until, f"the server did not start: {self.log.read_text()[-2000:]}"
            time.sleep(0.2)


@contextlib.contextmanager
def running(folder: Path, broker: TestBroker, vendors: dict[str, str]) -> Iterator[Fleet]:
    """Start everything on a database of its own, and on a virtual host of its own where RabbitMQ lets us make one."""
    (folder / "mails").mkdir()
    port = free_port()
    with database() as database_url, _virtual_host(broker) as (own, vhost):
        environment = os.environ | vendors | production(database_url, folder / "mails", folder, port)
        environment |= own.environment() | {
            "ALLOW_PRIVATE_CALLBACKS": "on",
            "RATE_LIMITS": "off",
            "LOG_LEVEL": "WARNING",
            "DJANGO_SETTINGS_MODULE": "connectid.config.settings",
        }
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        subprocess.run(
            [str(BIN / "connectid"), "migrate"], env=environment, check=True, stdout=subprocess.DEVNULL
        )
        fleet = Fleet(f"http://127.0.0.1:{port}", database_url, own, vhost, environment, folder / "log")
        try:
            for name in fleet.commands():
                fleet.start(name)
            fleet.wait_until_it_answers()
            yield fleet
        finally:
            fleet.stop()


@contextlib.contextmanager
def _virtual_host(broker: TestBroker) -> Iterator[tuple[TestBroker, str]]:
    """Lend a virtual host, whose connections can be closed without anybody else noticing."""
    name = f"crash-{secrets.token_hex(4)}"
    if not broker.url.startswith("amqp") or not rabbitmqctl("add_vhost", name):
        yield broker, ""
        return
    try:
        user = broker.url.partition("//")[2].partition(":")[0]
        rabbitmqctl("set_permissions", "-p", name, user, ".*", ".*", ".*")
        yield TestBroker(f"{broker.url.rstrip('/')}/{name}", broker.prefix), name
    finally:
        rabbitmqctl("delete_vhost", name)


def rabbitmqctl(*arguments: str) -> bool:
    """Run the command; False where there is none, or it may not."""
    found = shutil.which("rabbitmqctl")
    if found is None:
        return False
    done = subprocess.run([found, "-q", *arguments], capture_output=True, check=False)
    return done.returncode == 0
