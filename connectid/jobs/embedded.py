"""A worker on a thread of the server process, so that a server on SQLite is complete by itself.

Every process of a server may start one: leases share the jobs out among them.
"""

import os
import threading

import structlog

from connectid.core import request_connections
from connectid.jobs.worker import WRITTEN_OFF_PER_THREAD, Worker

log = structlog.get_logger(__name__)

GRACE_SECONDS = 5.0
RESTART_SECONDS = 5.0

_lock = threading.Lock()
_running: "_Embedded | None" = None


def start(*, threads: int = 1) -> None:
    """Start the worker of this process, unless it runs; it stops when the process exits or at :func:`stop`."""
    global _running
    with _lock:
        if (
            _running is not None and _running.pid == os.getpid()
        ):  # a forked child has none of its parent's threads
            return
        _running = _Embedded(threads)
        _running.start()
        # Not a daemon, so the interpreter waits for it when the main thread ends. ``atexit`` would not do: the server's
        # processes are children made by multiprocessing, which skip it.
        threading.Thread(target=_stop_with_the_process, name="jobs-worker-end").start()


def stop() -> None:
    """Stop the worker of this process, if it runs: let it finish what it runs and give back the rest."""
    global _running
    with _lock:
        running, _running = _running, None
    if running is not None and running.pid == os.getpid():
        running.stop()


def _stop_with_the_process() -> None:
    threading.main_thread().join()
    stop()


class _Embedded(threading.Thread):
    def __init__(self, threads: int) -> None:
        super().__init__(name="jobs-worker", daemon=True)
        self.pid = os.getpid()
        self._threads = threads
        self._stopped = threading.Event()
        self._worker = self._new_worker()

    def run(self) -> None:
        """Work until stopped. The server must not be left without a worker, so one that broke is replaced.

        Not while runs that never end hold too many threads, though: each worker would lose as many again. Then other processes
        have to do the work until some of these end, or this process does.
        """
        request_connections.use_those_of_jobs()
        former: list[Worker] = []
        while not self._stopped.is_set():
            try:
                self._worker.run()
            except Exception:
                log.exception("worker_broke", worker=self._worker.name)
                former.append(self._worker)
                self._stopped.wait(RESTART_SECONDS)
                self._wait_for_threads_of(former)
                self._worker = self._new_worker()

    def _wait_for_threads_of(self, former: list[Worker]) -> None:
        is_told = False
        while not self._stopped.is_set():
            former[:] = [worker for worker in former if worker.left_behind]
            lost = sum(worker.left_behind for worker in former)
            if lost <= WRITTEN_OFF_PER_THREAD * self._threads:
                return
            if not is_told:
                log.error("worker_not_replaced", abandoned=lost)
                is_told = True
            self._stopped.wait(RESTART_SECONDS)

    def stop(self) -> None:
        """Stop and wait, no longer than the grace and a little."""
        self._stopped.set()
        self._worker.stop()
        self.join(timeout=GRACE_SECONDS + 2)

    def _new_worker(self) -> Worker:
        return Worker(threads=self._threads, grace=GRACE_SECONDS)
