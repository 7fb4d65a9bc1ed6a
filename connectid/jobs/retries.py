"""When a failed job runs again: exponential back-off with full jitter.

Full jitter (any moment up to the ceiling, not the ceiling itself) keeps jobs that failed together from coming back together.
"""

from collections.abc import Callable
from secrets import SystemRandom

LEAST_DELAY = 1.0
"""Seconds: a failed job never comes back sooner, so that a fault is not hammered."""

MOST_RETRY_AFTER = 86_400.0
"""Seconds: the longest wait that a provider may ask for; more is a mistake of the provider's."""

type Uniform = Callable[[float, float], float]

_uniform: Uniform = SystemRandom().uniform


def ceiling(attempt: int, *, base: float, cap: float) -> float:
    """Return the longest wait in seconds after the given failed attempt, counted from 1."""
    return min(cap, base * 2.0 ** min(attempt - 1, 64))


def delay(
    attempt: int,
    *,
    base: float,
    cap: float,
    retry_after: float | None = None,
    uniform: Uniform = _uniform,
) -> float:
    """Return the seconds to wait after the given failed attempt.

    A ``retry_after`` of the failure is a floor, spread by up to a tenth so that everyone who was told the same does not
    come back in the same second.
    """
    longest = ceiling(attempt, base=base, cap=cap)
    wait = uniform(min(LEAST_DELAY, longest), longest)
    if retry_after is None or not retry_after > 0:
        return wait
    asked = min(retry_after, MOST_RETRY_AFTER)
    return max(wait, asked + uniform(0.0, asked / 10))
