"""The worker: claims due jobs in batches, has its crew run them, writes down what became of them.

One thread, the caller's, does all the talking to the job table, so a batch costs one statement to claim and one to
acknowledge however many threads run it.
"""

import contextlib
import os
import socket
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from secrets import token_hex

import structlog
from django.db import Error, connection
from django.tasks import task_backends

from connectid.core import clock
from connectid.jobs import backend, outbox, runner, schedule, wakeup
from connectid.jobs.crew import Crew
from connectid.jobs.outbox import Return
from connectid.jobs.runner import Outcome

log = structlog.get_logger(__name__)

HORIZON_SECONDS = 1.0
"""A worker takes about as many jobs as its threads can run in this time, so that none waits behind its slow ones while
another worker is idle."""

LINGER_SECONDS = 0.05
"""How long a finished job may wait for others to be acknowledged with it."""

LONGEST_PAUSE_SECONDS = 30.0
"""Longest wait between attempts to reach a database that does not answer."""

WRITTEN_OFF_PER_THREAD = 2
"""A worker with more threads than this lost to runs that never end asks to be replaced."""


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
        self.name = f"{socket.gethostname()[:60]}:{os.getpid()}:{token_hex(4)}"
        self._queues = tuple(queues) or tuple(sorted(task_backends["default"].queues))
        self._threads = threads
        self._batch = max(batch, threads)
        self._grace = grace
        self._lease = timedelta(seconds=options.lease_seconds)
        self._renewal = options.lease_seconds / 3
        self._poll = options.poll_seconds
        self._listens = options.notify and connection.vendor == "postgresql"
        self._scheduler = schedule.Scheduler(schedule.load(options.schedule))
        self._crew = Crew(threads, worker=self.name)
        self._outcomes: list[Outcome] = []
        self._released: list[Return] = []
        self._mean_seconds = HORIZON_SECONDS / 4
        self._look_at = 0.0
        self._renew_at = time.monotonic() + self._renewal
        self._failures = 0
        self._rung = False
        self._stopping = False

    def run(self) -> None:
        """Work until :meth:`stop`; then finish what runs, give back the rest, and return.

        Raises ``WorkerExhausted`` when it had to stop itself.
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
            self._crew.start()
            while not (self._stopping or self._exhausted):
                self._persist(self._turn)
            self._drain()
        log.info("worker_stopped", worker=self.name, abandoned=self._crew.running)
        if self._exhausted:
            raise WorkerExhausted

    def stop(self) -> None:
        """Ask the worker to end; may be called from any thread (but not from a signal handler, which may hold its lock)."""
        with self._crew.changed:
            self._stopping = True
            self._crew.changed.notify_all()

    @property
    def _exhausted(self) -> bool:
        return self._crew.written_off > WRITTEN_OFF_PER_THREAD * self._threads

    def _ring(self) -> None:
        with self._crew.changed:
            self._rung = True
            self._crew.changed.notify_all()

    def _turn(self) -> None:
        self._scheduler.tick(clock.now())
        self._tend()
        self._settle()
        self._claim()
        with self._crew.changed:
            if (seconds := self._seconds_to_rest()) > 0:
                self._crew.changed.wait(seconds)

    def _persist(self, step: Callable[[], None]) -> None:
        """Take a step; if the database fails, wait a little longer each time. What is to be written down stays in hand."""
        try:
            step()
            self._failures = 0
        except Error as error:
            self._failures += 1
            log.warning("worker_database_error", worker=self.name, error_class=type(error).__name__)
            with contextlib.suppress(Error):
                connection.close()
            with self._crew.changed:
                self._crew.changed.wait(min(LONGEST_PAUSE_SECONDS, 0.5 * 2 ** min(self._failures, 10)))

    def _appetite(self) -> int:
        """How many more jobs to take: none while enough of the last ones wait, so that claims come in batches."""
        at_once = int(self._threads * HORIZON_SECONDS / max(self._mean_seconds, 1e-6))
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
            worker=self.name, queues=self._queues, limit=wanted, at=at, lease_until=at + self._lease
        )
        rest = 0.0 if len(claims) == wanted else wakeup.LOOK_AGAIN_SECONDS if rung else self._poll
        self._look_at = time.monotonic() + rest
        self._crew.give(claims)

    def _tend(self) -> None:
        """Conclude overdue runs; in time before the leases end, prolong them, and give back what waited all that while."""
        self._crew.conclude_overdue()
        now = time.monotonic()
        if now < self._renew_at:
            return
        self._renew_at = now + self._renewal
        if stale := self._crew.recall(given_before=now - self._renewal):
            self._released += map(runner.release, stale)
            self._mean_seconds = max(
                self._mean_seconds, HORIZON_SECONDS
            )  # or it would claim them again at once
        held = self._crew.in_hand()
        if not held:
            return
        lost = set(held) - outbox.renew(held, worker=self.name, lease_until=clock.now() + self._lease)
        # A job may have ended, and been acknowledged, between the two lines above: not lost, and no longer in hand.
        lost.intersection_update(self._crew.in_hand())
        if lost:
            log.warning("job_leases_lost", worker=self.name, count=len(lost))
            self._crew.forget(lost)

    def _settle(self, *, at_once: bool = False) -> None:
        """Write down what became of finished jobs, once they are a batch or have lingered long enough."""
        if at_once or self._seconds_to_settling() <= 0:
            finished = self._crew.take_finished()
            for outcome in finished:
                self._mean_seconds += (outcome.seconds - self._mean_seconds) / 10
            self._outcomes += finished
        if done := [outcome.claim.id for outcome in self._outcomes if outcome.returned is None]:
            acknowledged = outbox.acknowledge(done, worker=self.name)
            self._outcomes = [outcome for outcome in self._outcomes if outcome.returned is not None]
            if acknowledged < len(done):
                log.warning("job_leases_lost", worker=self.name, count=len(done) - acknowledged)
        if returned := [
            *self._released,
            *(outcome.returned for outcome in self._outcomes if outcome.returned),
        ]:
            outbox.put_back(returned, worker=self.name)
            self._outcomes, self._released = [], []

    def _seconds_to_settling(self) -> float:
        since = self._crew.first_finished_at
        if since is None:
            return self._poll
        idle = not (self._crew.running or self._crew.waiting)
        if idle or self._crew.finished >= self._batch // 2:
            return 0.0
        return since + LINGER_SECONDS - time.monotonic()

    def _seconds_to_rest(self) -> float:
        if self._stopping:
            return 0.0
        seconds = min(self._poll, self._seconds_to_settling())
        if self._appetite():
            seconds = min(seconds, 0.0 if self._rung else self._look_at - time.monotonic())
        return seconds

    def _drain(self) -> None:
        """Give back what was not started and wait for what was, no longer than the grace."""
        self._released += map(runner.release, self._crew.close())
        ends_by = time.monotonic() + self._grace

        def step() -> None:
            self._tend()
            self._settle(at_once=True)

        while self._crew.running or self._crew.finished or self._outcomes or self._released:
            self._persist(step)
            if time.monotonic() >= ends_by:
                break
            with self._crew.changed:
                if self._crew.running:
                    self._crew.changed.wait(LINGER_SECONDS)
