"""The worker: claims due jobs in batches, has its crew run them, writes down what became of them.

One thread, the caller's, does all the talking to the job table, so a batch costs one statement to claim and one to
acknowledge however many threads run it.
"""

import contextlib
import os
import socket
import time
from collections.abc import Sequence
from secrets import token_hex

import structlog
from django.db import connection
from django.tasks import task_backends

from connectid.core import clock
from connectid.jobs import backend, outbox, schedule, wakeup
from connectid.jobs.hands import HORIZON_SECONDS, Hands

log = structlog.get_logger(__name__)

WRITTEN_OFF_PER_THREAD = 2
"""A worker with more threads than this, for each of its own, lost to runs that never end asks to be replaced."""


def new_name() -> str:
    """Return a name under which nobody else has ever claimed a job."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{token_hex(4)}"


class WorkerExhausted(Exception):
    """Too many of the worker's threads never came back from a job; only a new process gets rid of them."""


class Worker:
    """Runs the jobs of the given queues until it is stopped.

    ``batch`` is the most jobs it has in hand; ``grace`` the seconds it waits for running jobs when it is stopped.
    """

    def __init__(
        self, *, queues: Sequence[str] = (), threads: int = 4, batch: int = 100, grace: float = 30.0
    ) -> None:
        options = backend.options()
        self.name = new_name()
        self._queues = tuple(queues) or tuple(sorted(task_backends["default"].queues))
        self._threads = threads
        self._batch = max(batch, threads)
        self._grace = grace
        self._poll = options.poll_seconds
        self._listens = options.notify and connection.vendor == "postgresql"
        self._scheduler = schedule.Scheduler(schedule.load(options.schedule))
        self._hands = Hands(
            name=self.name,
            threads=threads,
            batch=self._batch,
            lease_seconds=options.lease_seconds,
            poll_seconds=options.poll_seconds,
        )
        self._crew = self._hands.crew
        self._look_at = 0.0
        self._rung = False
        self._stopping = False

    def run(self) -> None:
        """Work until :meth:`stop`; then finish what runs, give back the rest, and return.

        Raises ``WorkerExhausted`` when it had to stop itself. It does the same where something breaks it, and raises that:
        nobody would renew the leases of what its crew goes on with.
        """
        log.info("worker_started", worker=self.name, queues=self._queues, threads=self._threads)
        with contextlib.ExitStack() as stack:
            stack.callback(connection.close)
            stack.callback(wakeup.subscribe(self._ring))
            if self._listens:
                from connectid.jobs.listener import Listener

                listener = Listener(self._ring)
                listener.start()
                stack.callback(listener.stop)
            stack.callback(self._drain)
            self._crew.start()
            while not (self._stopping or self._exhausted):
                self._hands.persist(self._turn)
        log.info("worker_stopped", worker=self.name, abandoned=self._crew.running)
        if self._exhausted:
            raise WorkerExhausted

    def stop(self) -> None:
        """Ask the worker to end; may be called from any thread (but not from a signal handler, which may hold its lock)."""
        with self._crew.changed:
            self._stopping = True
            self._crew.changed.notify_all()

    @property
    def left_behind(self) -> int:
        """How many of its threads are busy with a run that nobody waits for: to be asked once :meth:`run` has ended."""
        return self._crew.running + self._crew.written_off

    @property
    def _exhausted(self) -> bool:
        return self._crew.written_off > WRITTEN_OFF_PER_THREAD * self._threads

    def _ring(self) -> None:
        with self._crew.changed:
            self._rung = True
            self._crew.changed.notify_all()

    def _turn(self) -> None:
        self._scheduler.tick(clock.now())
        self._hands.tend()
        self._hands.settle()
        self._claim()
        with self._crew.changed:
            if (seconds := self._seconds_to_rest()) > 0:
                self._crew.changed.wait(seconds)

    def _appetite(self) -> int:
        """How many more jobs to take: none while enough of the last ones wait, so that claims come in batches."""
        at_once = int(self._threads * HORIZON_SECONDS / max(self._hands.mean_seconds, 1e-6))
        target = min(self._batch, max(self._threads, at_once))
        self._crew.low_water = target // 2
        if self._crew.waiting > self._crew.low_water:
            return 0
        return max(0, target - self._crew.waiting - self._crew.running)

    def _claim(self) -> None:
        wanted = self._appetite()
        if wanted == 0 or not (self._rung or time.monotonic() >= self._look_at):
            return
        rung, self._rung = (
            self._rung,
            False,
        )  # before the claim: a bell that rings during it may be for a job it misses
        at = clock.now()
        claims = outbox.claim(
            worker=self.name, queues=self._queues, limit=wanted, at=at, lease_until=at + self._hands.lease
        )
        rest = 0.0 if len(claims) == wanted else wakeup.LOOK_AGAIN_SECONDS if rung else self._poll
        self._look_at = time.monotonic() + rest
        self._crew.give(claims)

    def _seconds_to_rest(self) -> float:
        if self._stopping:
            return 0.0
        seconds = min(self._poll, self._hands.seconds_to_settling())
        if self._appetite():
            seconds = min(seconds, 0.0 if self._rung else self._look_at - time.monotonic())
        return seconds

    def _drain(self) -> None:
        """Give back what was not started and wait for what was, no longer than the grace."""
        self._hands.release(self._crew.close())
        self._hands.finish(within=self._grace)
