"""On which processor a worker process runs.

Of one process, one thread at a time runs Python. The kernel does not know, and spreads the threads of a busy worker over the processors: the
interpreter's lock then goes from one to another, each thread finds its data in the caches of the former, and waking it costs an interrupt. Kept to one processor, a
worker takes a third less time for a request and answers sooner (docs/decisions/0044-a-processor-each.md).
"""

import fcntl
import os
from collections.abc import Sequence
from contextlib import suppress

from connectid.web import workers

_PLACES = "places"
"""Name of a file in the workers' folder, of which each worker has locked one byte: the kernel unlocks it when the process is gone."""


def available() -> list[int]:
    """The processors that this process may use, by number; a container or ``CPUAffinity`` of systemd often leaves some."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def are_enough_for(count: int) -> bool:
    """Whether so many workers keep to a processor each unless told otherwise: where each processor has one.

    With fewer workers than processors others are meant to run here too, perhaps a second server that would choose the same ones.
    """
    return count >= len(available())


def keep_to_one(places: int) -> None:
    """Have this worker, of ``places``, run on one processor, its siblings on others; in each of them, before it starts threads.

    Nothing changes where the system cannot do that.
    """
    place = _free_place(places)
    if place is not None and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {_processor(place, available())})


def _processor(place: int, processors: Sequence[int]) -> int:
    return processors[place % len(processors)]


def _free_place(places: int) -> int | None:
    """A number below ``places`` that no living sibling has; None: while one that is replaced still has it."""
    folder = workers.shared_folder()
    if folder is None:
        return 0
    descriptor = os.open(
        folder / _PLACES, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
    )  # open for good, so that the lock lasts
    for place in range(places):
        with suppress(OSError):
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
            return place
    return None
