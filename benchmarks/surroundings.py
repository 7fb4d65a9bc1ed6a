"""A PostgreSQL database for one run, and the environment of a server that uses it."""

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg

from benchmarks.server import BIN
from connectid.testing import databases


@contextlib.contextmanager
def environment() -> Iterator[dict[str, str]]:
    """Make a migrated database and yield the variables of a server on it; drop it afterwards.

    The same variables are put into this process, so that it can prepare data with the server's own code.
    """
    with databases.postgresql() as address, tempfile.TemporaryDirectory() as folder:
        name = f"connectid_bench_{os.getpid()}"  # two runs at once must not drop each other's
        url = urlsplit(address)._replace(path=f"/{name}").geturl()
        variables = {
            "ENVIRONMENT": "embedded",
            "DATABASE_URL": url,
            "DATA_DIR": folder,
            "LOG_LEVEL": "INFO",
            "RATE_LIMITS": "off",
            "DJANGO_SETTINGS_MODULE": "connectid.config.settings",
        }
        with _database(databases.maintenance_url(address), name):
            os.environ.update(variables)
            subprocess.run([sys.executable, "-m", "django", "migrate", "--verbosity", "0"], check=True)
            yield variables


def generate(accounts: int, **variables: str) -> None:
    """Fill the database with so many accounts and all that they have."""
    command = [str(BIN / "connectid"), "generate", "--accounts", str(accounts)]
    subprocess.run(command, check=True, env=os.environ | variables, stdout=subprocess.DEVNULL)


@contextlib.contextmanager
def _database(maintenance: str, name: str) -> Iterator[None]:
    drop = f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"
    with psycopg.connect(maintenance, autocommit=True) as connection:
        connection.execute(drop)
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield
        finally:
            connection.execute(drop)
