"""The shared cache with a Redis that answers, that does not, and that was emptied."""

import socket
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import redis
from django.core.cache import caches

from connectid.core import shared_cache

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
    assert shared_cache.put_all({"two": b"2", "three": b"3"}, keep=A_MINUTE)
    assert shared_cache.get("one", "two", "none", "three") == [b"1", b"2", None, b"3"]
    shared_cache.drop("two")
    assert shared_cache.get("two") == [None]


def test_up_a_claim_has_one_holder(up: redis.Redis) -> None:
    assert shared_cache.claim("c", hold=A_MINUTE)
    assert not shared_cache.claim("c", hold=A_MINUTE)
    shared_cache.drop("c")
    assert shared_cache.claim("c", hold=A_MINUTE)


def test_emptied_it_holds_nothing_and_goes_on(up: redis.Redis) -> None:
    shared_cache.put("one", b"1", keep=A_MINUTE)
    up.flushdb()
    assert shared_cache.get("one") == [None]
    shared_cache.put("one", b"2", keep=A_MINUTE)
    assert shared_cache.get("one") == [b"2"]


def test_down_it_holds_nothing_says_so_and_lets_everybody_claim(down: None) -> None:
    shared_cache.put("one", b"1", keep=A_MINUTE)
    assert not shared_cache.put_all({"two": b"2"}, keep=A_MINUTE)
    assert shared_cache.get("one", "two") == [None, None]
    assert shared_cache.claim("c", hold=A_MINUTE)
    assert shared_cache.claim("c", hold=A_MINUTE)
    shared_cache.drop("one")
