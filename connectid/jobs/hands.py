"""The jobs that one worker has claimed: run by its crew, kept under lease meanwhile, and written down when they end.

How jobs come into its hands differs: a worker claims what is due, a Celery task what its message names.
"""

import contextlib
import time
from collections.abc import Callable, Iterable
from datetime import timedelta

import structlog
from django.db import Error, connection

from connectid.core import clock
from connectid.jobs import outbox, runner
from connectid.jobs.crew import Crew
from connectid.jobs.outbox import Claim, Return
from connectid.jobs.runner import Outcome

log = structlog.get_logger(__name__)

HORIZON_SECONDS = 1.0
"""A worker takes about as many jobs as its threads can run in this time, so that none waits behind its slow ones while
another worker is idle."""

LINGER_SECONDS = 0.05
"""How long a finished job may wait for others to be acknowledged with it."""

LONGEST_PAUSE_SECONDS = 30.0
"""Longest wait between attempts to reach a database that does not answer."""


class Hands:
    """What a worker holds. One thread, the caller's, does all the talking to the job table.

    ``batch`` is the most jobs it will be given; half as many finished ones are written down without lingering.
    """

    def __init__(
        self, *, name: str, threads: int, batch: int, lease_seconds: float, poll_seconds: float
    ) -> None:
        self.name = name
        self.crew = Crew(threads, worker=name)
        self.lease = timedelta(seconds=lease_seconds)
        self.mean_seconds = HORIZON_SECONDS / 4
        """How long the last runs took, which says how many more jobs to take."""
        self._batch = batch
        self._poll = poll_seconds
        self._renewal = lease_seconds / 3
        self._renew_at = time.monotonic() + self._renewal
        self._outcomes: list[Outcome] = []
        self._released: list[Return] = []
        self._failures = 0

    @property
    def busy(self) -> bool:
        """Whether anything is still to be run, waited for or written down."""
        crew = self.crew
        return bool(crew.running or crew.waiting or crew.finished or self._outcomes or self._released)

    def persist(self, step: Callable[[], None]) -> None:
        """Take a step; if the database fails, wait a little longer each time. What is to be written down stays in hand."""
        try:
            step()
            self._failures = 0
        except Error as error:
            self._failures += 1
            log.warning("worker_database_error", worker=self.name, error_class=type(error).__name__)
            with contextlib.suppress(Error):
                connection.close()
            with self.crew.changed:
                self.crew.changed.wait(min(LONGEST_PAUSE_SECONDS, 0.5 * 2 ** min(self._failures, 10)))

    def release(self, claims: Iterable[Claim]) -> None:
        """Give back jobs that were not started, at the next :meth:`settle`."""
        self._released += map(runner.release, claims)

    def tend(self) -> None:
        """Conclude overdue runs; in time before the leases end, prolong them, and give back what waited all that while."""
        self.crew.conclude_overdue()
        now = time.monotonic()
        if now < self._renew_at:
            return
        self._renew_at = now + self._renewal
        if stale := self.crew.recall(given_before=now - self._renewal):
            self.release(stale)
            # Or it would claim them again at once.
            self.mean_seconds = max(self.mean_seconds, HORIZON_SECONDS)
        held = self.crew.in_hand()
        if not held:
            return
        lost = set(held) - outbox.renew(held, worker=self.name, lease_until=clock.now() + self.lease)
        # A job may have ended, and been acknowledged, between the two lines above: not lost, and no longer in hand.
        lost.intersection_update(self.crew.in_hand())
        if lost:
            log.warning("job_leases_lost", worker=self.name, count=len(lost))
            self.crew.forget(lost)

    def settle(self, *, at_once: bool = False) -> None:
        """Write down what became of finished jobs, once they are a batch or have lingered long enough."""
        if at_once or self.seconds_to_settling() <= 0:
            finished = self.crew.take_finished()
            for outcome in finished:
                self.mean_seconds += (outcome.seconds - self.mean_seconds) / 10
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

    def seconds_to_settling(self) -> float:
        """How long finished jobs may still wait for others."""
        since = self.crew.first_finished_at
        if since is None:
            return self._poll
        idle = not (self.crew.running or self.crew.waiting)
        if idle or self.crew.finished >= self._batch // 2:
            return 0.0
        return since + LINGER_SECONDS - time.monotonic()

    def finish(self, *, within: float | None = None) -> None:
        """Work until nothing is in hand, or for so many seconds at most; then nothing lingers."""
        ends_by = None if within is None else time.monotonic() + within

        def step() -> None:
            self.tend()
            self.settle(at_once=within is not None)

        while self.busy:
            self.persist(step)
            if ends_by is not None and time.monotonic() >= ends_by:
                break
            with self.crew.changed:
                if self.crew.running or self.crew.waiting:
                    self.crew.changed.wait(LINGER_SECONDS)
