"""The rules every test keeps: no hidden statements, no network, the same examples each time."""

import os
import socket
import sys
from collections.abc import Iterator
from ipaddress import ip_address

import django.db.models.query
import hypothesis
import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import models
from zeal.constants import initialize_app_registry
from zeal.patch import patch as watch_models

from connectid.core import ratelimit
from connectid.core.passwords import Argon2idPeppered
from connectid.oauth.queries import signing_keys
from connectid.toggles import queries as toggles

hypothesis.settings.register_profile("same", derandomize=True, deadline=None)
hypothesis.settings.register_profile("fewer", derandomize=True, deadline=None, max_examples=30)
"""Of the same, on PostgreSQL: the hundred have run on SQLite."""
hypothesis.settings.register_profile("explore", deadline=None, max_examples=2_000)


def pytest_configure() -> None:
    """Turn the rules on for the whole run."""
    usual = "fewer" if "postgresql" in settings.DATABASES["default"]["ENGINE"] else "same"
    hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", usual))
    # A relation or a deferred field that was not asked for raises, where Django would load it row by row.
    setattr(django.db.models.query, "DEFAULT_FETCH_MODE", models.FETCH_RAISE)  # noqa: B010  # not in the stubs
    initialize_app_registry()
    watch_models()
    wait_for_connections()
    sys.addaudithook(stay_on_this_machine)


def wait_for_connections() -> None:
    """Let threads wait for a connection until the test's own timeout.

    Servers start no more threads than they have connections, so none of theirs waits. Races let 64 threads loose on eight, and
    on a busy machine the last one is served later than a request's five seconds.
    """
    pool = settings.DATABASES["default"]["OPTIONS"].get("pool")
    if pool is not None:
        pool["timeout"] = 60


@pytest.fixture(autouse=True, scope="session")
def watch_requests_for_repeated_statements() -> Iterator[None]:
    """Let zeal fail every request that asks the same question once per row."""
    before = settings.MIDDLEWARE
    settings.MIDDLEWARE = ["zeal.middleware.zeal_middleware", *before]
    yield
    settings.MIDDLEWARE = before


FULL_COST = (Argon2idPeppered.memory_cost, Argon2idPeppered.time_cost)


@pytest.fixture(autouse=True, scope="session")
def hash_memorised_secrets_cheaply() -> None:
    """Make one hash cost microseconds instead of 25 ms; hundreds of tests need one and none of them guesses it."""
    Argon2idPeppered.memory_cost, Argon2idPeppered.time_cost = 8, 1


@pytest.fixture
def full_hash_cost() -> Iterator[None]:
    """For tests of the cost itself: hash memorised secrets as in production."""
    cheap = (Argon2idPeppered.memory_cost, Argon2idPeppered.time_cost)
    Argon2idPeppered.memory_cost, Argon2idPeppered.time_cost = FULL_COST
    yield
    Argon2idPeppered.memory_cost, Argon2idPeppered.time_cost = cheap


@pytest.fixture(autouse=True)
def begin_with_nothing_remembered() -> None:
    """Let no test see what an earlier one left in this process: caches, counters of limits, toggles."""
    cache.clear()
    ratelimit.forget()
    toggles.forget()
    signing_keys.forget()


class OutsideCallError(socket.gaierror):
    """A test tried to leave this machine; to the code under test, a name that does not resolve."""


def stay_on_this_machine(event: str, arguments: tuple[object, ...]) -> None:
    """Refuse connections and name look-ups beyond loopback, as a machine without a network would.

    Raises `OutsideCallError`.
    """
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event == "socket.connect" and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    else:
        return
    if not is_local(host):
        raise OutsideCallError(socket.EAI_NONAME, f"tests stay on this machine, and {host!r} is outside it")


def is_local(host: object) -> bool:
    """Tell whether a socket address names this machine; an empty name stands for all its addresses."""
    name = host.decode() if isinstance(host, bytes) else host
    if not isinstance(name, str) or name in {"", "localhost"}:
        return True
    try:
        address = ip_address(name)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified
