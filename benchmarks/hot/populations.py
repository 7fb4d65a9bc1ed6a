"""The full databases that hot endpoints are measured on, and a server on each."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks import surroundings
from benchmarks.hot.sizes import sizes


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
        yield Population(accounts, environment)
        return
    with surroundings.environment() as environment:
        surroundings.generate(accounts)
        yield Population(accounts, environment)
