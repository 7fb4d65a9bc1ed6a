"""Limits on how often somebody may do something.

A feature names its limits in ``limits.py``, each with the reason for its figure, and an operation spends from them::

    REPORTS_PER_DEVICE = Limit("report_integrity.device", 10, within=timedelta(hours=1))

    ratelimit.spend(limits.REPORTS_PER_DEVICE, installation_id)

Counters live in Redis where ``REDIS_URL`` is set, and otherwise in the memory of each process, so that a limit is then
multiplied by the number of processes. ``RATE_LIMITS=off`` switches all of them off, for load tests. They are shields against
floods: what guards a secret (codes, backup codes) is counted in rows of the database, whatever is set here.
"""

import math
import threading
import time
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, cached_property

import structlog
from django.conf import settings
from limits import RateLimitItem, RateLimitItemPerSecond
from limits.errors import StorageError
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import MovingWindowRateLimiter

from connectid.core import secrets
from connectid.core.errors import DomainError, Kind

log = structlog.get_logger(__name__)

_MEMORY = "memory://"
_PREFIX = "cid.limits"
_PATIENCE = 0.5
"""Seconds that a request waits for Redis; a limit is never worth more."""
_making = threading.Lock()
_one_at_a_time = threading.Lock()
"""Around the memory storage, whose own locks do not cover the timer that it starts."""


class Throttled(DomainError):
    """The caller spent a limit; ``retry_after`` says when the next try makes sense."""

    code = "Request was throttled."
    kind = Kind.RATE_LIMITED


@dataclass(frozen=True)
class Limit:
    """At most ``amount`` times ``within`` any stretch of that length, for each key. ``name`` is unique among limits."""

    name: str
    amount: int
    within: timedelta

    @cached_property
    def item(self) -> RateLimitItem:
        """The limit in the words of the ``limits`` library."""
        # A namespace of its own: counters of two limits with the same figures must not meet.
        return RateLimitItemPerSecond(self.amount, int(self.within.total_seconds()), namespace=self.name)


def spend(limit: Limit, key: str) -> None:
    """Count one use of ``limit`` by ``key``, or raise :class:`Throttled`. A refused use is not counted.

    ``key`` is who spends: an address, a device. It is stored as a digest. While Redis does not answer, this process counts
    for itself, so that an outage neither refuses everybody nor opens the door.
    """
    if not settings.RATE_LIMITS:
        return
    holder = secrets.digest(key, purpose="ratelimit")
    try:
        wait = _spend(_limiter(settings.REDIS_URL or _MEMORY), limit.item, holder)
    except StorageError as error:
        log.warning(
            "rate_limit_storage_unavailable", limit=limit.name, exception=type(error.args[0]).__name__
        )
        wait = _spend(_limiter(_MEMORY), limit.item, holder)
    if wait is not None:
        log.info("rate_limit_spent", limit=limit.name, retry_after=wait)
        raise Throttled(retry_after=wait)


def forget() -> None:
    """Empty this process's counters. For tests, which share a process."""
    _made.cache_clear()


def _spend(limiter: MovingWindowRateLimiter, item: RateLimitItem, holder: str) -> int | None:
    """Count one use, or return the seconds until the next is possible."""
    with _one_at_a_time if isinstance(limiter.storage, MemoryStorage) else nullcontext():
        if limiter.hit(item, holder):
            return None
        reset_at, _ = limiter.get_window_stats(item, holder)
    return max(1, math.ceil(reset_at - time.time()))


def _limiter(uri: str) -> MovingWindowRateLimiter:
    with _making:  # `cache` alone lets threads that start together make a limiter, and so counters, each
        return _made(uri)


@cache
def _made(uri: str) -> MovingWindowRateLimiter:
    if uri == _MEMORY:
        return MovingWindowRateLimiter(storage_from_string(uri))
    storage = storage_from_string(
        uri,
        wrap_exceptions=True,
        key_prefix=_PREFIX,
        socket_timeout=_PATIENCE,
        socket_connect_timeout=_PATIENCE,
    )
    return MovingWindowRateLimiter(storage)
