"""Limits on how often somebody may do something.

A feature names its limits in ``limits.py``, each with the reason for its figure. Endpoints spend one for every request
(``connectid.web.limiting``), and an operation spends what depends on more than the caller, such as a number::

    REPORTS_PER_DEVICE = Limit("report_integrity.device", 10, within=timedelta(hours=1))

    ratelimit.spend(limits.REPORTS_PER_DEVICE, installation_id)

Buckets are in Redis where ``REDIS_URL`` is set, and otherwise in the memory of each process, so that a limit is then
multiplied by the number of processes. ``RATE_LIMITS=off`` switches all of them off, for load tests. They are shields against
floods: what guards a secret (codes, backup codes, passwords) is counted in rows of the database, whatever is set here.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, cached_property
from time import monotonic

import structlog
from django.conf import settings

from connectid.core import secrets
from connectid.core.buckets import Buckets, Draw, Empty, MemoryBuckets, RedisBuckets
from connectid.core.errors import DomainError, Kind

log = structlog.get_logger(__name__)

_SECOND = 1_000_000

LEFT_ALONE = 5.0
"""Seconds for which a Redis that did not answer is not asked again: otherwise every request would wait for it."""

_making = threading.Lock()
_asked_again_at = 0.0


class Throttled(DomainError):
    """The caller spent a limit; ``retry_after`` says when the next try makes sense."""

    code = "Request was throttled."
    kind = Kind.RATE_LIMITED


@dataclass(frozen=True)
class Limit:
    """A bucket of ``amount`` uses for each key, which fills up again evenly ``within`` that time. ``name`` is unique.

    So ``amount`` uses may come at once, and from then on as many as it refills: never more than twice the amount
    in any such stretch, and never more than the amount on average.
    """

    name: str
    amount: int
    within: timedelta

    @cached_property
    def stretch(self) -> int:
        """Microseconds in which an empty bucket is full again."""
        return self.within // timedelta(microseconds=1)

    @cached_property
    def cost(self) -> int:
        """Microseconds in which one use comes back; an amount of nothing never has one."""
        return self.stretch // self.amount if self.amount else self.stretch + 1


type Use = tuple[Limit, str]
"""A limit, and who spends it: an address, a device, a number."""


def spend(limit: Limit, key: str) -> None:
    """Count one use of ``limit`` by ``key``, or raise :class:`Throttled`. A refused use is not counted."""
    spend_all((limit, key))


def spend_all(*uses: Use) -> None:
    """Count one use of each, or raise :class:`Throttled` and count none. One round trip to Redis, however many.

    In Redis, who spends is stored as a digest. While it does not answer, this process counts for itself, so that an outage
    neither refuses everybody nor opens the door.
    """
    if not settings.RATE_LIMITS:
        return
    empty = _shared(uses) if settings.REDIS_URL else _here(uses)
    if empty is not None:
        _refuse(uses, empty)


def spend_here(limit: Limit, key: str) -> None:
    """Count in the memory of this process: for a request that asks Redis later on, about another limit."""
    if settings.RATE_LIMITS and (empty := _here([(limit, key)])) is not None:
        _refuse([(limit, key)], empty)


def forget() -> None:
    """Fill this process's buckets. For tests, which share a process."""
    global _asked_again_at
    _asked_again_at = 0.0
    _buckets.cache_clear()


def _refuse(uses: Sequence[Use], empty: Empty) -> None:
    limit, wait = uses[empty.position][0], -(-empty.wait // _SECOND)
    log.info("rate_limit_spent", limit=limit.name, retry_after=wait)
    raise Throttled(retry_after=wait)


def _here(uses: Sequence[Use]) -> Empty | None:
    return store("").draw([Draw(limit.name, key, limit.cost, limit.stretch) for limit, key in uses])


def _shared(uses: Sequence[Use]) -> Empty | None:
    from redis import RedisError

    global _asked_again_at
    if monotonic() < _asked_again_at:
        return _here(uses)
    draws = [
        Draw(limit.name, secrets.digest(key, purpose="ratelimit"), limit.cost, limit.stretch)
        for limit, key in uses
    ]
    try:
        return store(settings.REDIS_URL).draw(draws)
    except RedisError as error:
        _asked_again_at = monotonic() + LEFT_ALONE
        log.warning("rate_limit_storage_unavailable", exception=type(error).__name__)
        return _here(uses)


def store(url: str) -> Buckets:
    """Where buckets are: the memory of this process, or the Redis at ``url``."""
    with _making:  # `cache` alone lets threads that start together make a store, and so counters, each
        return _buckets(url)


@cache
def _buckets(url: str) -> Buckets:
    return RedisBuckets(url) if url else MemoryBuckets()
