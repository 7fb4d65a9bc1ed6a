"""Doing several things at once, on threads with a database connection of their own."""

import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from threading import Barrier
from typing import Any

from django.db import connection, connections

PATIENCE = 30
"""Seconds that those who are ready wait for the others."""


def at_once[Result](*acts: Callable[[], Result], threads: int = 0) -> list[Result]:
    """Run every act, all of them let go at the same moment, and return their results in no order.

    Each has a thread of its own; or they share ``threads``, which all hold a connection already when they are let go.
    For tests with ``django_db(transaction=True)`` on PostgreSQL. What an act raises is raised here.
    """
    count = threads or len(acts)
    gate = Barrier(count, timeout=PATIENCE)

    def run(share: tuple[Callable[[], Result], ...]) -> list[Result]:
        try:
            if threads:
                connection.ensure_connection()
            gate.wait()
            return [act() for act in share]
        finally:
            connections.close_all()

    with _connections_for(threads), ThreadPoolExecutor(count) as pool:
        runs = [pool.submit(run, acts[place::count]) for place in range(count)]
        # As they end: what made the gate fail is raised rather than that it failed.
        return [result for ended in as_completed(runs) for result in ended.result()]


@contextlib.contextmanager
def _connections_for(threads: int) -> Iterator[None]:
    """Let the pool, where there is one, give each thread a connection, beside those of the test itself."""
    pool: Any = getattr(connection, "pool", None) if threads else None
    if pool is None:
        yield
        return
    before = pool.min_size, pool.max_size
    pool.resize(before[0], max(before[1], threads + 2))
    try:
        yield
    finally:
        pool.resize(*before)
