"""What counting a request costs: one bucket in memory, and one or three in Redis where there is one."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from time import perf_counter

from benchmarks.report import Figure

USES = 20_000
HOLDERS = 50_000
REDIS = "redis://127.0.0.1:6379/15"


def figures() -> Iterator[Figure]:
    """Measure in this process."""
    import django

    django.setup()
    import redis
    from django.test.utils import override_settings

    from connectid.core import ratelimit
    from connectid.core.ratelimit import Limit

    limits = [Limit(f"bench.{name}", 1_000_000, within=timedelta(minutes=1)) for name in "abc"]

    def one(number: int) -> None:
        ratelimit.spend(limits[0], str(number % HOLDERS))

    def three(number: int) -> None:
        ratelimit.spend_all(*((limit, str(number % HOLDERS)) for limit in limits))

    with override_settings(RATE_LIMITS=True, REDIS_URL=""):
        yield Figure("one limit, in memory", _microseconds(one, USES), "µs", goal=50)
    try:
        redis.from_url(REDIS, socket_connect_timeout=1).ping()
    except redis.RedisError:
        return
    with override_settings(RATE_LIMITS=True, REDIS_URL=REDIS):
        single = _microseconds(one, USES // 10)
        yield Figure("one limit, in Redis", single, "µs", goal=2_000)
        yield Figure(
            "three limits, in Redis, against one", _microseconds(three, USES // 10) / single, "times", goal=2
        )


def _microseconds(act: Callable[[int], None], times: int) -> float:
    for number in range(times // 10):
        act(number)
    began = perf_counter()
    for number in range(times):
        act(number)
    return (perf_counter() - began) / times * 1e6
