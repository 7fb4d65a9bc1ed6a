"""How long we try to reach a partner, and when we leave it alone."""

from collections.abc import Callable
from datetime import timedelta
from secrets import SystemRandom

WAITS = (5, 30, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""Seconds before each further attempt, after the first at once: eleven attempts in 75 hours and a half.

The schedule of Standard Webhooks with one more early attempt: of ten thousand calls to a partner that fails one in a hundred, one
fails twice, and its channel would wait five minutes behind it.
"""
MAX_ATTEMPTS = len(WAITS) + 1
SPREAD = 0.2
"""Each wait is made this much longer or shorter by chance, so that what failed together does not return together."""

FAILURES_BEFORE_PAUSE = 5
"""In a row, of one partner: then nothing is sent to it for a while, whatever waits."""
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=1)
"""One call each minute is no burden to anybody, and what waits is on its way soon after the partner is well."""


_uniform: Callable[[float, float], float] = SystemRandom().uniform


def wait_after(attempts: int, *, uniform: Callable[[float, float], float] = _uniform) -> timedelta | None:
    """Return how long to wait after that many failed attempts; None: it is given up."""
    if attempts > len(WAITS):
        return None
    return timedelta(seconds=WAITS[attempts - 1] * uniform(1 - SPREAD, 1 + SPREAD))


def pause_after(failures: int) -> timedelta | None:
    """Return how long a partner is left alone after that many failures in a row; None: not at all."""
    beyond = failures - FAILURES_BEFORE_PAUSE
    if beyond < 0:
        return None
    return min(LONGEST_PAUSE, FIRST_PAUSE * (1 << min(beyond, 10)))
