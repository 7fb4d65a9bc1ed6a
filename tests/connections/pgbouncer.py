"""A PgBouncer in front of the tests' PostgreSQL, with two connections to it."""

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from django.db import connection

from connectid.testing.ports import free_port
from tests.connections.serving import database_url

CONNECTIONS = 2
PREPARES_FROM = (1, 22)
"""The version that knows prepared statements, and how they are dropped."""


def program() -> str | None:
    """Where it is; Debian puts it outside the path of ordinary users. ``TEST_PGBOUNCER`` names another one."""
    path = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin"))
    return os.environ.get("TEST_PGBOUNCER") or shutil.which("pgbouncer", path=path)


@dataclass(frozen=True)
class Bouncer:
    """A running one."""

    url: str
    prepares: bool

    def settings(self) -> dict[str, str]:
        """What a server behind it is told."""
        return {
            "DATABASE_URL": self.url,
            "DATABASE_DIRECT_URL": database_url(),
            "DATABASE_PREPARED_STATEMENTS": "on" if self.prepares else "off",
        }

    def most_connections(self) -> tuple[int, int]:
        """How many clients it has now, and how many connections to the server."""
        console = urlsplit(self.url)._replace(path="/pgbouncer").geturl()
        with psycopg.connect(console, autocommit=True, cursor_factory=psycopg.ClientCursor) as admin:
            name = connection.settings_dict["NAME"]
            clients, servers = (
                [row for row in admin.execute(f"SHOW {what}").fetchall() if name in row]
                for what in ("CLIENTS", "SERVERS")
            )
        return len(clients), len(servers)


@contextlib.contextmanager
def bouncing(*, connect_query: str = "") -> Iterator[Bouncer]:
    """Run it until the block ends."""
    found = program()
    assert found is not None
    port = free_port()
    prepares = _version(found) >= PREPARES_FROM
    home = Path(tempfile.mkdtemp(prefix="connectid-pgbouncer-", dir="/tmp"))
    file = home / "pgbouncer.ini"
    file.write_text(_configuration(port, connect_query, prepares=prepares), encoding="utf-8")
    account = "nobody" if os.geteuid() == 0 else None  # it refuses to run as root
    if account:
        shutil.chown(home, account)
        shutil.chown(file, account)
    with (home / "pgbouncer.log").open("wb") as log:
        process = subprocess.Popen([found, str(file)], user=account, stdout=log, stderr=log)
    at = connection.settings_dict
    bouncer = Bouncer(f"postgresql://{at['USER'] or 'anybody'}@127.0.0.1:{port}/{at['NAME']}", prepares)
    try:
        _wait(bouncer, home)
        yield bouncer
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(home, ignore_errors=True)


def _configuration(port: int, connect_query: str, *, prepares: bool) -> str:
    at = connection.settings_dict
    names = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
    place = " ".join(f"{name}={at[key]}" for name, key in names.items() if at[key])
    query = f"connect_query='{connect_query}'" if connect_query else ""
    return f"""
[databases]
* = {place} {query}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
ignore_startup_parameters = extra_float_digits,options
admin_users = {at["USER"] or "anybody"}
pool_mode = transaction
default_pool_size = {CONNECTIONS}
max_client_conn = 500
{"max_prepared_statements = 200" if prepares else ""}
"""


def _version(found: str) -> tuple[int, ...]:
    said = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout
    match = re.search(r"(\d+)\.(\d+)", said)
    assert match is not None
    return tuple(map(int, match.groups()))


def _wait(bouncer: Bouncer, home: Path) -> None:
    until = time.monotonic() + 20
    while True:
        try:
            psycopg.connect(bouncer.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            assert time.monotonic() < until, (home / "pgbouncer.log").read_text()[-2000:]
            time.sleep(0.05)
        else:
            return
