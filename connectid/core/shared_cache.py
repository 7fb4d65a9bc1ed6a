"""Bytes that all processes share where ``REDIS_URL`` is set, and each keeps for itself where it is not.

A cache that does not answer is one that holds nothing: whoever reads it knows another source. Values are bytes that their
owner encodes, because a pickled object would tie them to one release of the code.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta

import structlog
from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)


def is_shared() -> bool:
    """Whether other processes see what this one puts."""
    return bool(settings.REDIS_URL)


def get(*keys: str) -> list[bytes | None]:
    """Return what is kept under each key, in one round trip."""
    nothing: dict[str, bytes] = {}
    found = _tolerating(lambda: cache.get_many(keys), otherwise=nothing)
    return [found.get(key) for key in keys]


def put(key: str, value: bytes, *, keep: timedelta) -> None:
    """Keep ``value`` for that long, unless room is needed."""
    _tolerating(lambda: cache.set(key, value, keep.total_seconds()), otherwise=None)


def put_all(values: Mapping[str, bytes], *, keep: timedelta) -> bool:
    """Keep many values for that long, in one round trip; False where the cache does not answer."""
    return _tolerating(lambda: cache.set_many(dict(values), keep.total_seconds()) == [], otherwise=False)


def claim(key: str, *, hold: timedelta) -> bool:
    """Take a key that nobody holds: True for one caller until it is dropped or the time is over."""
    return _tolerating(lambda: cache.add(key, b"", hold.total_seconds()), otherwise=True)


def drop(key: str) -> None:
    """Forget the key."""
    _tolerating(lambda: cache.delete(key), otherwise=False)


def _tolerating[T](ask: Callable[[], T], *, otherwise: T) -> T:
    try:
        return ask()
    except (RedisError, OSError) as error:
        log.warning("cache_unavailable", exception=type(error).__name__)
        return otherwise
