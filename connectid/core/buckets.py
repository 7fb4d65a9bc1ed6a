"""Buckets: how much of a limit each key has left, in this process's memory or in Redis.

A bucket fills up again at an even rate, so all there is to remember of one is a single time: when it will be full again
(the generic cell rate algorithm). Spending moves that time on; a use that would move it further than the limit's whole
stretch from now is refused, and the difference is how long to wait. Times are whole microseconds, which both stores
count without rounding.
"""

import threading
from collections.abc import Sequence
from functools import cached_property
from time import monotonic_ns
from typing import Any, NamedTuple, Protocol


class Draw(NamedTuple):
    """One use of one bucket: ``cost`` is what a use moves its time on by, ``stretch`` how far ahead of now it may be."""

    name: str
    key: str
    cost: int
    stretch: int


class Empty(NamedTuple):
    """Which of the draws found nothing, and the microseconds until it would."""

    position: int
    wait: int


class Buckets(Protocol):
    """A store of buckets."""

    def draw(self, draws: Sequence[Draw]) -> Empty | None:
        """Spend from all buckets or, where one of them has nothing left, from none."""


class MemoryBuckets:
    """The buckets of this process. A full bucket needs no remembering, so those are swept out as the store doubles."""

    SWEPT_FROM = 10_000
    MOST = 500_000
    """Buckets kept at most, about 100 MB; more at once are a flood from more addresses than any limit is about."""

    def __init__(self) -> None:
        self._full_at: dict[tuple[str, str], int] = {}
        self._lock = threading.Lock()
        self._sweep_at = self.SWEPT_FROM

    def draw(self, draws: Sequence[Draw]) -> Empty | None:
        """Spend from all or none."""
        now = monotonic_ns() // 1000
        moved: list[tuple[tuple[str, str], int]] = []
        worst: Empty | None = None
        with self._lock:
            for position, (name, key, cost, stretch) in enumerate(draws):
                full_at = max(self._full_at.get((name, key), 0), now) + cost
                wait = full_at - stretch - now
                if wait > 0 and (worst is None or wait > worst.wait):
                    worst = Empty(position, wait)
                moved.append(((name, key), full_at))
            if worst is None:
                self._full_at.update(moved)
                if len(self._full_at) > self._sweep_at:
                    self._sweep(now)
        return worst

    def __len__(self) -> int:
        return len(self._full_at)

    def _sweep(self, now: int) -> None:
        kept = {key: full_at for key, full_at in self._full_at.items() if full_at > now}
        self._full_at = kept if len(kept) <= self.MOST // 2 else {}
        self._sweep_at = max(self.SWEPT_FROM, min(2 * len(self._full_at), self.MOST))


_SCRIPT = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local moved, position, longest = {}, 0, 0
for i, key in ipairs(KEYS) do
  local cost, stretch = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  moved[i] = math.max(tonumber(redis.call('GET', key) or 0), now) + cost
  local wait = moved[i] - stretch - now
  if wait > longest then position, longest = i, wait end
end
if position == 0 then
  for i, key in ipairs(KEYS) do
    redis.call('SET', key, string.format('%.0f', moved[i]), 'PX', math.ceil((moved[i] - now) / 1000))
  end
end
return {position, longest}
"""


class RedisBuckets:
    """The buckets that all processes share: one round trip, however many are drawn from. Raises ``redis.RedisError``.

    Redis's own clock counts, so that servers whose clocks differ agree. Keys of full buckets expire.
    """

    PREFIX = "cid.limits"
    PATIENCE = 0.25
    """Seconds that a request waits; a limit is never worth more."""

    def __init__(self, url: str) -> None:
        self._url = url

    def draw(self, draws: Sequence[Draw]) -> Empty | None:
        """Spend from all or none."""
        keys = [f"{self.PREFIX}:{draw.name}:{draw.key}" for draw in draws]
        position, wait = self._script(
            keys, [number for draw in draws for number in (draw.cost, draw.stretch)]
        )
        return Empty(position - 1, wait) if position else None

    @cached_property
    def _script(self) -> Any:
        import redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        client = redis.Redis.from_url(
            self._url,
            socket_timeout=self.PATIENCE,
            socket_connect_timeout=self.PATIENCE,
            retry=Retry(NoBackoff(), 1),  # a connection that Redis closed while it was idle
        )
        return client.register_script(_SCRIPT)
