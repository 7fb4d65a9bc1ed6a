"""Bytes that all processes share where ``REDIS_URL`` is set, and each keeps for itself where it is not.

A cache that does not answer is one that holds nothing: whoever reads it knows another source. Values are bytes that their
owner encodes, because a pickled object would tie them to one release of the code; or numbers that only ever grow.
"""

import threading
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

_RAISE = """
for i, key in ipairs(KEYS) do
  local greatest = ARGV[i + 1]
  local kept = redis.call('GET', key)
  if kept and (tonumber(kept) or 0) > tonumber(greatest) then greatest = kept end
  redis.call('SET', key, greatest, 'EX', ARGV[1])
end
"""
"""As Django keeps numbers: as text, not pickled. Exact up to 2 to the power of 53."""

_raising = threading.Lock()


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


def numbers(*keys: str) -> list[int | None]:
    """Return the numbers under these keys, in one round trip."""
    return [None if found is None else int(found) for found in get(*keys)]


def raise_all(numbers: Mapping[str, int], *, keep: timedelta) -> bool:
    """Keep each number for that long, unless a greater one is there: that one then; False where the cache does not answer.

    In one round trip, and whoever else raises the same keys meanwhile, the greatest number stays.
    """
    return _tolerating(lambda: _raise_all(numbers, int(keep.total_seconds())), otherwise=False)


def _raise_all(numbers: Mapping[str, int], seconds: int) -> bool:
    if is_shared():
        backend: Any = cache  # Django's has no such call: the client beneath it does
        script = backend._cache.get_client(write=True).register_script(_RAISE)
        script(
            keys=[backend.make_and_validate_key(key) for key in numbers], args=[seconds, *numbers.values()]
        )
        return True
    with _raising:
        kept = cache.get_many(numbers)
        cache.set_many({key: max(number, kept.get(key, 0)) for key, number in numbers.items()}, seconds)
    return True


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
