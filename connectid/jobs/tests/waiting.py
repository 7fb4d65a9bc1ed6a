"""Waiting for what another thread or process does."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from connectid.jobs.worker import Worker

PATIENCE_SECONDS = 120
"""Longer than the timeout of most tests, which then says where everything stood."""


def until(condition: Callable[[], object]) -> None:
    """Return as soon as the condition holds; fail if it never does."""
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < give_up_at, "it never happened"
        time.sleep(0.01)


@contextmanager
def working(count: int = 1, **options: Any) -> Iterator[list[Worker]]:
    """Run workers on threads for the block, then stop them; what breaks one fails the test."""
    workers = [Worker(**options) for _ in range(count)]
    broken: list[BaseException] = []

    def work(worker: Worker) -> None:
        try:
            worker.run()
        except BaseException as error:  # noqa: BLE001  # shown in the test's own thread
            broken.append(error)

    threads = [threading.Thread(target=work, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    try:
        yield workers
    finally:
        for worker in workers:
            worker.stop()
        for thread in threads:
            thread.join(PATIENCE_SECONDS)
    if broken:
        raise broken[0]
