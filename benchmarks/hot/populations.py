"""The full databases that hot endpoints are measured on, and a server on each."""

import contextlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg

from benchmarks import surroundings
from benchmarks.hot.sizes import sizes

_READ_INDEXES = """
SELECT sum(pg_prewarm(i.oid)) FROM pg_class i WHERE i.relkind = 'i' AND i.relnamespace = 'public'::regnamespace
"""


@dataclass(frozen=True)
class Population:
    """A database of generated accounts, and the variables of a server on it."""

    accounts: int
    environment: dict[str, str]


@contextlib.contextmanager
def population(accounts: int) -> Iterator[Population]:
    """Generate accounts in a database of its own; or take the one that ``POPULATION_URL`` names, with its folder.

    ``POPULATION_URL`` and ``POPULATION_DATA_DIR`` are the ``DATABASE_URL`` and ``DATA_DIR`` of a database that
    ``connectid generate --accounts N`` filled, ``N`` being ``accounts``: a million take minutes. Phones of it are told and acknowledge
    things; nothing else of it changes.
    """
    url = os.environ.get("POPULATION_URL", "")
    if url and accounts != sizes().small:
        environment = {
            "ENVIRONMENT": "embedded",
            "DATABASE_URL": url,
            "DATA_DIR": os.environ["POPULATION_DATA_DIR"],
            "LOG_LEVEL": "INFO",
            "RATE_LIMITS": "off",
            "DJANGO_SETTINGS_MODULE": "connectid.config.settings",
        }
        os.environ.update(environment)
        _read_indexes(url)
        yield Population(accounts, environment)
        return
    with surroundings.environment() as environment:
        surroundings.generate(accounts)
        _read_indexes(environment["DATABASE_URL"])
        yield Population(accounts, environment)


def _read_indexes(url: str) -> None:
    """Have PostgreSQL hold the indexes in memory, as it does once it has served for a day.

    Else whatever is asked for the first time is read from disk, in a large population for longer than a run lasts. A server that does not
    let us is left as it is.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        try:
            connection.execute("CREATE EXTENSION IF NOT EXISTS pg_prewarm")
            connection.execute(_READ_INDEXES)
        except psycopg.Error as error:
            sys.stderr.write(f"indexes are not read beforehand: {error}\n")
