"""The shared cache with a Redis that answers, that does not, and that was emptied."""

import socket
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
import redis
from django.core.cache import caches

from connectid.core import shared_cache
from connectid.testing.at_once import at_once

A_MINUTE = timedelta(minutes=1)
UP = "redis://127.0.0.1:6379/13"


def through(settings: Any, url: str) -> None:
    settings.REDIS_URL = url
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": url,
            "KEY_PREFIX": f"test-{uuid4().hex}",
            "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 0.5},
        }
    }


@pytest.fixture
def up(settings: Any) -> Iterator[redis.Redis]:
    server = redis.Redis.from_url(UP)
    try:
        server.ping()
    except redis.RedisError:
        pytest.skip("no Redis on this machine")
    through(settings, UP)
    yield server
    caches["default"].clear()


@pytest.fixture
def down(settings: Any) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    through(settings, f"redis://127.0.0.1:{port}/0")


def test_up_it_keeps_and_drops(up: redis.Redis) -> None:
    shared_cache.put("one", b"1", keep=A_MINUTE)
    shared_cache.put("two", b"2", keep=A_MINUTE)
    shared_cache.put("three", b"3", keep=A_MINUTE)
    assert shared_cache.get("one", "two", "none", "three") == [b"1", b"2", None, b"3"]
    shared_cache.drop("two")
    assert shared_cache.get("two") == [None]


def test_up_a_claim_has_one_holder(up: redis.Redis) -> None:
    assert shared_cache.claim("c", hold=A_MINUTE)
    assert not shared_cache.claim("c", hold=A_MINUTE)
    shared_cache.drop("c")
    assert shared_cache.claim("c", hold=A_MINUTE)


def test_up_a_number_only_grows(up: redis.Redis) -> None:
    only_grows()
    assert 0 < up.ttl(caches["default"].make_key("one")) <= A_MINUTE.total_seconds()


def test_in_memory_a_number_only_grows() -> None:
    try:
        only_grows()
    finally:
        caches["default"].clear()


def only_grows() -> None:
    assert shared_cache.raise_all({"one": 110, "two": 7}, keep=A_MINUTE)
    assert shared_cache.raise_all({"one": 100, "two": 2**53}, keep=A_MINUTE)
    assert shared_cache.numbers("one", "none", "two") == [110, None, 2**53]


def test_up_the_greatest_of_many_at_once_stays(up: redis.Redis) -> None:
    the_greatest_stays()


def test_in_memory_the_greatest_of_many_at_once_stays() -> None:
    try:
        the_greatest_stays()
    finally:
        caches["default"].clear()


def the_greatest_stays() -> None:
    for start in range(0, 400, 8):
        numbers = [start + 1 + step for step in (3, 7, 1, 6, 0, 5, 2, 4)]
        at_once(*[partial(shared_cache.raise_all, {"one": number}, keep=A_MINUTE) for number in numbers])
        assert shared_cache.numbers("one") == [start + 8]


def test_emptied_it_holds_nothing_and_goes_on(up: redis.Redis) -> None:
    shared_cache.put("one", b"1", keep=A_MINUTE)
    up.flushdb()
    assert shared_cache.get("one") == [None]
    shared_cache.put("one", b"2", keep=A_MINUTE)
    assert shared_cache.get("one") == [b"2"]


def test_down_it_holds_nothing_says_so_and_lets_everybody_claim(down: None) -> None:
    shared_cache.put("one", b"1", keep=A_MINUTE)
    assert not shared_cache.raise_all({"two": 2}, keep=A_MINUTE)
    assert shared_cache.numbers("two") == [None]
    assert shared_cache.get("one", "two") == [None, None]
    assert shared_cache.claim("c", hold=A_MINUTE)
    assert shared_cache.claim("c", hold=A_MINUTE)
    shared_cache.drop("one")
