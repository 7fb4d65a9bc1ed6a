"""Limits: contract 2.4 (429)."""

import contextlib
import socket
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import redis
from pytest_django import Settings

from connectid.core import ratelimit
from connectid.core.buckets import Draw, MemoryBuckets
from connectid.core.ratelimit import Limit, Throttled

HOUR = 3_600_000_000
REDIS = "redis://127.0.0.1:6379/15"


def redis_answers() -> bool:
    try:
        return bool(redis.from_url(REDIS, socket_connect_timeout=1).ping())
    except redis.RedisError:
        return False


@pytest.fixture(params=["memory", "redis"])
def _storage(request: pytest.FixtureRequest, settings: Settings) -> None:
    if request.param == "redis":
        if not redis_answers():
            pytest.skip("needs Redis on this machine")
        settings.REDIS_URL = REDIS


def three_an_hour() -> Limit:
    """A limit that no other test, and no other run on the same Redis, has spent."""
    return Limit(f"test.{uuid.uuid4()}", 3, within=timedelta(hours=1))


def allowed(limit: Limit, key: str, tries: int) -> int:
    passed = 0
    for _ in range(tries):
        try:
            ratelimit.spend(limit, key)
        except Throttled:
            continue
        passed += 1
    return passed


@pytest.mark.usefixtures("_storage")
def test_a_limit_allows_its_amount_and_then_says_when() -> None:
    limit = three_an_hour()
    assert allowed(limit, "one", 3) == 3
    with pytest.raises(Throttled) as refused:
        ratelimit.spend(limit, "one")
    assert refused.value.retry_after is not None
    assert 1190 <= refused.value.retry_after <= 1200  # the first of three comes back in a third of the hour


@pytest.mark.usefixtures("_storage")
def test_a_bucket_refills_evenly() -> None:
    limit = Limit(f"test.{uuid.uuid4()}", 100, within=timedelta(milliseconds=200))
    assert allowed(limit, "one", 100) >= 100 - 1  # it refills meanwhile, so none of them need be refused
    time.sleep(0.05)
    assert allowed(limit, "one", 1) == 1


@pytest.mark.usefixtures("_storage")
def test_all_or_none_are_spent() -> None:
    """Whoever is refused for one limit cannot use up another one: the number of somebody else."""
    address, number = three_an_hour(), three_an_hour()
    assert allowed(address, "here", 3) == 3
    for _ in range(5):
        with pytest.raises(Throttled):
            ratelimit.spend_all((number, "theirs"), (address, "here"))
    assert allowed(number, "theirs", 5) == 3


@pytest.mark.usefixtures("_storage")
def test_keys_and_limits_do_not_share_counters() -> None:
    first, second = three_an_hour(), three_an_hour()
    assert allowed(first, "one", 5) == 3
    assert allowed(first, "two", 5) == 3
    assert allowed(second, "one", 5) == 3


@pytest.mark.usefixtures("_storage")
def test_parallel_uses_are_counted_once_each() -> None:
    limit = three_an_hour()
    with ThreadPoolExecutor(16) as threads:
        passed = sum(threads.map(lambda _: allowed(limit, "one", 1), range(16)))
    assert passed == 3


@pytest.mark.usefixtures("_storage")
def test_the_wait_is_at_least_a_second() -> None:
    limit = Limit(f"test.{uuid.uuid4()}", 1, within=timedelta(seconds=1))
    ratelimit.spend(limit, "one")
    with pytest.raises(Throttled) as refused:
        ratelimit.spend(limit, "one")
    assert refused.value.retry_after == 1


def test_an_outage_of_redis_leaves_each_process_its_own_buckets(settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert allowed(three_an_hour(), "one", 5) == 3


def test_a_silent_redis_is_waited_for_once(settings: Settings) -> None:
    """A connection is taken and never answered: the next requests must not each wait for it."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(0)
        settings.REDIS_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        assert allowed(three_an_hour(), "one", 50) == 3
        callers = 0
        with contextlib.suppress(BlockingIOError):
            while True:
                silent.accept()[0].close()
                callers += 1
    assert 1 <= callers <= 2  # one, and one more after the connection was taken for a stale one


def test_several_limits_are_one_round_trip(settings: Settings) -> None:
    if not redis_answers():
        pytest.skip("needs Redis on this machine")
    settings.REDIS_URL = REDIS
    ratelimit.spend(three_an_hour(), "loads the script")
    limits, done = [three_an_hour() for _ in range(3)], uuid.uuid4().hex
    client: Any = redis.from_url(REDIS)
    seen: list[str] = []  # others may be using the same server meanwhile
    with client.monitor() as monitor:
        ratelimit.spend_all(*((limit, "one") for limit in limits))
        client.echo(done)
        for heard in monitor.listen():
            if done in heard["command"]:
                break
            if heard["client_type"] != "lua" and any(limit.name in heard["command"] for limit in limits):
                seen.append(heard["command"].split()[0].upper())
    assert seen == ["EVALSHA"]


def test_full_buckets_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MemoryBuckets, "SWEPT_FROM", 10)
    store = MemoryBuckets()
    for number in range(1000):
        store.draw([Draw("test", str(number), 1, 1)])
    assert len(store) <= 11


def test_a_flood_of_keys_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MemoryBuckets, "SWEPT_FROM", 10)
    monkeypatch.setattr(MemoryBuckets, "MOST", 100)
    store = MemoryBuckets()
    for number in range(1000):
        store.draw([Draw("test", str(number), HOUR, HOUR)])
    assert len(store) <= 101


def test_a_limit_of_nothing_refuses_everybody() -> None:
    assert allowed(Limit("test.none", 0, within=timedelta(hours=1)), "one", 2) == 0


def test_limits_can_be_switched_off(settings: Settings) -> None:
    settings.RATE_LIMITS = False
    assert allowed(three_an_hour(), "one", 50) == 50


def test_redis_is_not_told_who_spends(settings: Settings) -> None:
    if not redis_answers():
        pytest.skip("needs Redis on this machine")
    settings.REDIS_URL = REDIS
    limit = three_an_hour()
    ratelimit.spend(limit, "203.0.113.9")
    keys = [key.decode() for key in redis.from_url(REDIS).scan_iter(match=f"*{limit.name}*")]
    assert len(keys) == 1
    assert "203.0.113.9" not in keys[0]
