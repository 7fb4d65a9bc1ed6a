"""Writes and reads them back, thousands of times, while a real replica streams, lags, is paused and dies.

    python -m connectid.testing.read_your_writes --pairs 5000        (make replicas)

Starts a primary and a replica of its own with the PostgreSQL of this machine. The last line printed is JSON: how many pairs there
were, how many reads missed what their pair wrote, and who served them.
"""

import argparse
import contextlib
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg

from connectid.testing.ports import free_port

PLACES = "/usr/lib/postgresql/*/bin"
LAG = "300ms"


class NoServerPrograms(Exception):
    """This machine has no PostgreSQL programs outside ``PLACES``."""


def programs() -> Path:
    """Where initdb, pg_ctl and pg_basebackup are. Raises :class:`NoServerPrograms`."""
    found = sorted(Path(place) for place in glob.glob(PLACES) if (Path(place) / "pg_basebackup").exists())  # noqa: PTH207
    on_path = shutil.which("pg_basebackup")
    if not found and on_path and shutil.which("initdb"):
        found = [Path(on_path).parent]
    if not found:
        raise NoServerPrograms
    return found[-1]


class Cluster:
    """A primary and its replica, in a folder that goes with them."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.ports = {"primary": free_port(), "replica": free_port()}
        self._programs = programs()
        self._account = "nobody" if os.geteuid() == 0 else None

    def start(self) -> None:
        """Start both."""
        if self._account:
            shutil.chown(self.home, self._account)
        self._run(
            "initdb",
            "-D",
            self._at("primary"),
            "-U",
            "postgres",
            "--auth=trust",
            "--no-sync",
            "--no-locale",
            "-E",
            "UTF8",
        )
        self._launch("primary")
        self._run(
            "pg_basebackup",
            "-D",
            self._at("replica"),
            "-R",
            "-X",
            "stream",
            "-c",
            "fast",
            "-d",
            self.url("primary"),
        )
        self._launch("replica")

    def stop(self, name: str, *, mode: str = "immediate") -> None:
        """Stop one of them, as a crash does."""
        self._run("pg_ctl", "-D", self._at(name), "-s", "-w", "-m", mode, "stop")

    def url(self, name: str) -> str:
        """The address of one of them."""
        return f"postgresql://postgres@127.0.0.1:{self.ports[name]}/postgres"

    def tell_replica(self, *statements: str) -> None:
        """Run statements on the replica."""
        with psycopg.connect(self.url("replica"), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def _at(self, name: str) -> str:
        return str(self.home / name)

    def _launch(self, name: str) -> None:
        options = f"-p {self.ports[name]} -k {self.home} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=50"
        log = str(self.home / f"{name}.log")
        self._run("pg_ctl", "-D", self._at(name), "-s", "-w", "-t", "60", "-l", log, "-o", options, "start")

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), *arguments]
        subprocess.run(command, user=self._account, cwd=self.home, check=True, stdout=subprocess.DEVNULL)


@contextlib.contextmanager
def cluster() -> Iterator[Cluster]:
    """A running cluster, until the block ends."""
    home = Path(tempfile.mkdtemp(prefix="connectid-replica-", dir="/tmp"))
    made = Cluster(home)
    try:
        made.start()
        yield made
    finally:
        for name in ("replica", "primary"):
            with contextlib.suppress(subprocess.CalledProcessError):
                made.stop(name)
        shutil.rmtree(home, ignore_errors=True)


class Pairs:
    """Two phones and a partner: one phone writes and reads, the other only reads."""

    def __init__(self) -> None:
        from django.test import Client

        from connectid.testing import partners, scene

        self._client, self._partners = Client(), partners
        self.phone, self.idle = scene.new_phone(), scene.new_phone()
        self._partner = partners.new_partner()
        self._channel = partners.new_channel(self._partner, self.phone.account.pk)
        partners.new_channel(self._partner, self.idle.account.pk)
        self.done = self.stale = self.failed = 0
        self._shown: str | None = None

    def pair(self, *, patience: float) -> None:
        """Send the phone a message or have it acknowledge one; wait; it must see what became of that."""
        if self._shown is None:
            message_id, answer = self._partners.send(self._client, self._partner, self._channel)
            written = str(message_id)
            self._count_failed(answer)
            time.sleep(patience)
            found = {note["message_id"]: note["notification_id"] for note in self._poll()}
            self.stale += written not in found
            self._shown = found.get(written)
        else:
            body = {"notifications": [self._shown]}
            path = "/messaging/update_notification_received/"
            self._count_failed(
                self._client.post(path, body, content_type="application/json", headers=self.phone.headers)
            )
            time.sleep(patience)
            self.stale += self._shown in {note["notification_id"] for note in self._poll()}
            self._shown = None
        self._count_failed(self._client.get("/messaging/retrieve_notifications/", headers=self.idle.headers))
        self.done += 1

    def _poll(self) -> list[dict[str, Any]]:
        answer = self._client.get("/messaging/retrieve_notifications/", headers=self.phone.headers)
        self._count_failed(answer)
        found: list[dict[str, Any]] = answer.json()["notifications"]
        return found

    def _count_failed(self, answer: Any) -> None:
        self.failed += answer.status_code not in (200, 201)


def run(pairs: int) -> dict[str, Any]:
    """Run the pairs in five equal parts, in each of which the replica fares differently; return the counts."""
    with cluster() as made:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "connectid.config.settings",
            "ENVIRONMENT": "test",
            "DATA_DIR": str(made.home),
            "DATABASE_URL": made.url("primary"),
            "REPLICA_URLS": made.url("replica"),
            "LOG_LEVEL": "ERROR",
            "RATE_LIMITS": "off",  # one phone polls thousands of times
        }
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        from django.core.cache import cache

        from connectid.core import replicas

        told: dict[str, Any] = {}

        def resume() -> None:
            made.tell_replica(
                "ALTER SYSTEM RESET recovery_min_apply_delay",
                "SELECT pg_reload_conf()",
                "SELECT pg_wal_replay_resume()",
            )
            cache.clear()

        acts: dict[str, Callable[[], None]] = {
            "streaming": lambda: None,
            "lagging": lambda: made.tell_replica(
                f"ALTER SYSTEM SET recovery_min_apply_delay = '{LAG}'", "SELECT pg_reload_conf()"
            ),
            "paused": lambda: made.tell_replica("SELECT pg_wal_replay_pause()"),
            "resumed_cache_emptied": resume,
            "dead": lambda: made.stop("replica"),
        }
        scene = Pairs()
        for name, act in acts.items():
            act()
            before = _served(replicas)
            for number in range(pairs // len(acts)):
                scene.pair(patience=0.0 if number % 10 else 4 * replicas.ASKED_EVERY)
            told[name] = {who: count - before[who] for who, count in _served(replicas).items()}
        return told | {"pairs": scene.done, "stale": scene.stale, "failed": scene.failed}


def _served(replicas: Any) -> dict[str, int]:
    return {who: int(replicas.READS.labels(who)._value.get()) for who in ("replica", "primary")}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=5000)
    sys.stdout.write(json.dumps(run(parser.parse_args().pairs)) + "\n")
    sys.stdout.flush()
    os._exit(0)  # threads that ask replicas do not end by themselves
