"""Waking the workers of this process the moment a due job is committed.

Workers of other processes hear of it through PostgreSQL (:mod:`connectid.jobs.listener`), but not of every job: PostgreSQL
commits transactions that notify one after another, each waiting for the disk, so a server that notified in all of them would
commit a tenth of what it could. A process announces at most every ``ANNOUNCE_SECONDS``, and a worker that was woken looks
again after ``LOOK_AGAIN_SECONDS`` for what came unannounced. Nothing depends on a wake-up arriving: workers also look at the
table every second.
"""

import threading
import time
from collections.abc import Callable

from django.db import transaction

ANNOUNCE_SECONDS = 0.1
"""The least time between two announcements of one process."""

LOOK_AGAIN_SECONDS = 2 * ANNOUNCE_SECONDS
"""How long after a wake-up a worker looks for what an announcement left unsaid."""

_announced_at = float("-inf")
_bells: set[Callable[[], None]] = set()
_lock = threading.Lock()


def subscribe(bell: Callable[[], None]) -> Callable[[], None]:
    """Have ``bell`` called, in any thread, when this process commits a due job; return how to end that."""
    with _lock:
        _bells.add(bell)

    def unsubscribe() -> None:
        with _lock:
            _bells.discard(bell)

    return unsubscribe


def ring() -> None:
    """Wake the workers of this process."""
    with _lock:
        bells = list(_bells)
    for bell in bells:
        bell()


def ring_on_commit() -> None:
    """Wake the workers of this process once the present transaction commits; costs nothing where there are none."""
    if _bells:
        transaction.on_commit(ring, robust=True)


def may_announce() -> bool:
    """Say whether the present transaction is to notify other processes, and count it if so."""
    global _announced_at
    now = time.monotonic()
    if now < _announced_at + ANNOUNCE_SECONDS:
        return False
    _announced_at = now
    return True
