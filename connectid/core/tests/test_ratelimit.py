"""Limits: contract 2.4 (429)."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import redis
from pytest_django import Settings

from connectid.core import ratelimit
from connectid.core.ratelimit import Limit, Throttled

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
    assert 3590 <= refused.value.retry_after <= 3600


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


def test_an_outage_of_redis_leaves_each_process_its_own_counters(settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert allowed(three_an_hour(), "one", 5) == 3


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
