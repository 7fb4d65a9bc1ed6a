"""How many calls may be repeats: a fifth of the others, so that we never make a vendor's bad hour worse.

A repeat spends one of what first attempts earned. Where nothing is left it is put off by whoever asked, and not dropped. A small
reserve lets a server that sends little repeat at all; it comes back slowly, and is part of the fifth wherever there is traffic. The
hour is over once enough calls in a row were answered well: then repeats cost nothing, so that what was put off is soon through.
"""

import math
import random
import threading
from collections.abc import Hashable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

EARNED = 0.17
"""By each first attempt. With the reserve, repeats are at most a fifth of the first attempts of a busy half hour."""
RESERVE = 10.0
RESERVE_RETURNS = 1 / 60
"""A second."""
FADES = 120.0
"""Seconds in which two thirds of what was earned and not spent is forgotten: good hours do not pay for a storm in a bad one."""
WELL_AGAIN = 15
"""Good answers in a row. Of a vendor that refuses three in ten, one row of a thousand is as long."""
PUT_OFF = (30.0, 90.0)
"""Seconds, between which chance decides: what found nothing left together does not return together."""


def refilled(left: float, *, seconds: float, first_attempts: int) -> float:
    """Return how many repeats there may be, where ``left`` were left that many seconds and first attempts before."""
    seconds = max(0.0, seconds)
    if left > RESERVE:
        left = RESERVE + (left - RESERVE) * math.exp(-seconds / FADES)
    else:
        left = min(RESERVE, left + seconds * RESERVE_RETURNS)
    return left + EARNED * first_attempts


def put_off() -> timedelta:
    """Return for how long to leave alone what found nothing left."""
    return timedelta(seconds=random.uniform(*PUT_OFF))  # noqa: S311 - spreads retries, guards nothing


@dataclass(frozen=True, slots=True)
class _Budget:
    left: float
    since: datetime
    good_in_a_row: int = 0


class RetryBudgets:
    """Budgets of this process, by what is called. Safe to use from many threads.

    That others of our processes have their own changes nothing: each repeats at most a fifth of what it began.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._budgets: dict[Hashable, _Budget] = {}

    def take(self, key: Hashable, *, at: datetime) -> bool:
        """Spend one on a repeat; False: nothing is left."""
        with self._lock:
            found = self._now(key, at)
            if found.good_in_a_row >= WELL_AGAIN:
                return True
            taken = found.left >= 1
            self._budgets[key] = replace(found, left=found.left - taken)
            return taken

    def answered(
        self, key: Hashable, *, is_first: bool, is_good: bool, at: datetime, ends_outage: bool = False
    ) -> None:
        """Count a call that was made. ``ends_outage``: a good answer shows that what was left alone is well again; the hour is over."""
        with self._lock:
            found = self._now(key, at, first_attempts=int(is_first))
            in_a_row = found.good_in_a_row + 1 if is_good else 0
            if is_good and ends_outage:
                in_a_row = max(in_a_row, WELL_AGAIN)
            self._budgets[key] = replace(found, good_in_a_row=in_a_row)

    def forget(self) -> None:
        """Begin anew, for tests."""
        with self._lock:
            self._budgets.clear()

    def _now(self, key: Hashable, at: datetime, *, first_attempts: int = 0) -> _Budget:
        found = self._budgets.get(key) or _Budget(RESERVE, at)
        seconds = (at - found.since).total_seconds()
        left = refilled(found.left, seconds=seconds, first_attempts=first_attempts)
        # Threads tell of calls that they began before others asked: no stretch of time counts twice.
        return replace(found, left=left, since=max(found.since, at))
