"""Waking the workers of this process the moment a due job is committed.

Workers of other processes hear of it through PostgreSQL (:mod:`connectid.jobs.listener`). Nothing depends on a wake-up
arriving: workers also look at the table every second.
"""

import threading
from collections.abc import Callable

from django.db import transaction

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
