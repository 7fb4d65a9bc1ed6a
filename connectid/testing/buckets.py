"""Emptying buckets, so that a test meets a limit at once and for as long as it runs."""

from connectid.core import ratelimit
from connectid.core.buckets import Draw
from connectid.core.ratelimit import Limit


def empty(limit: Limit, key: str) -> None:
    """Leave ``key`` nothing of ``limit``, in this process, for as long as it takes to refill."""
    ratelimit.store("").draw([Draw(limit.name, key, 2 * limit.stretch, 4 * limit.stretch)])
