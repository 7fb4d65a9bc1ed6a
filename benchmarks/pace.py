"""How fast the machine was while a run went on: one fixed piece of work, repeated between the measurements.

The processors of a virtual machine are shared with strangers, and the same work may take half as long again a minute later. Ratios are measured
in turns and last; milliseconds are those of this machine at its best moments, and this table says how far these were from the others.
"""

import time
from collections.abc import Iterator
from statistics import median

from benchmarks.report import Figure

TITLE = "Pace of the machine: a fixed piece of Python, repeated between the measurements"
_STEPS = 100_000

_taken: list[float] = []
"""CPU milliseconds of each repetition."""


def sample() -> None:
    """Do the work once."""
    began, total, seen = time.thread_time(), 0, dict[int, int]()
    for step in range(_STEPS):
        total += step & 7
        seen[step & 1023] = total
    _taken.append(1000 * (time.thread_time() - began))


def figures() -> Iterator[Figure]:
    """Yield the fastest, the usual and the slowest so far."""
    for name, of in (("the fastest", min), ("the median", median), ("the slowest", max)):
        yield Figure(f"{name} of {len(_taken)}", of(_taken), "ms")
