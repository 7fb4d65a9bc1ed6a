"""Choosing the processors of what a test or a benchmark starts."""

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager


@contextmanager
def starting_on(processors: Collection[int]) -> Iterator[None]:
    """Have processes that the block starts run on these processors alone, where the system can do that."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, processors)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
