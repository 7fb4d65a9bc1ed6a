"""The threads of one worker, and the jobs that the worker has in hand."""

import threading
import time
from collections import deque
from collections.abc import Collection, Iterable

from django.db import close_old_connections, connections

from connectid.core import request_connections
from connectid.jobs import runner
from connectid.jobs.outbox import Claim
from connectid.jobs.runner import Outcome


class _Run:
    """A job on a thread."""

    __slots__ = ("claim", "ends_by", "is_abandoned", "since")

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        self.since = time.monotonic()
        self.ends_by = self.since + runner.allowance(claim)
        self.is_abandoned = False


class Crew:
    """Runs claimed jobs on ``size`` threads and keeps the outcomes until the worker takes them.

    ``changed`` guards everything here. It is notified when the worker may have something to do: a first outcome, few jobs
    left to start (``low_water`` or fewer), none left at all.

    Python cannot stop a thread, so a run past its task's timeout or deadline is concluded without it: its thread is written
    off, a new one takes its place, and what it does in the end counts for nothing.
    """

    def __init__(self, size: int, *, worker: str) -> None:
        lock = threading.RLock()
        self.changed = threading.Condition(lock)
        self.low_water = 0
        self.written_off = 0
        """Threads that are still busy with a run that nobody waits for."""
        self.first_finished_at: float | None = None
        """Since when the oldest outcome has been lying here, by the monotonic clock."""
        self._handed = threading.Condition(lock)
        self._size = size
        self._worker = worker
        self._waiting: deque[tuple[float, Claim]] = deque()
        self._running: dict[int, _Run] = {}
        self._finished: list[Outcome] = []
        self._closed = False

    @property
    def waiting(self) -> int:
        """How many jobs have not been started."""
        return len(self._waiting)

    @property
    def running(self) -> int:
        """How many jobs are on a thread."""
        return len(self._running)

    @property
    def finished(self) -> int:
        """How many outcomes wait to be taken."""
        return len(self._finished)

    def start(self) -> None:
        """Start the threads."""
        for _ in range(self._size):
            self._start_thread()

    def close(self) -> list[Claim]:
        """Start no more jobs and return those not started; threads end when their run does."""
        with self.changed:
            self._closed = True
            self._handed.notify_all()
            return self.recall()

    def give(self, claims: Iterable[Claim]) -> None:
        """Add jobs behind those that wait."""
        now = time.monotonic()
        with self.changed:
            before = len(self._waiting)
            self._waiting.extend((now, claim) for claim in claims)
            self._handed.notify(len(self._waiting) - before)

    def recall(self, *, given_before: float | None = None) -> list[Claim]:
        """Take back the jobs that were not started; only those given before a moment of the monotonic clock, if one is set."""
        with self.changed:
            recalled = [
                claim for since, claim in self._waiting if given_before is None or since < given_before
            ]
            self._keep_waiting({claim.id for claim in recalled})
            return recalled

    def in_hand(self) -> list[int]:
        """Return the ids of the jobs that are running or wait to."""
        with self.changed:
            return [*self._running, *(claim.id for _, claim in self._waiting)]

    def forget(self, ids: Collection[int]) -> None:
        """Do not start these jobs: another worker has them now."""
        with self.changed:
            self._keep_waiting(ids)

    def take_finished(self) -> list[Outcome]:
        """Return the outcomes and forget them."""
        with self.changed:
            taken, self._finished = self._finished, []
            self.first_finished_at = None
            return taken

    def conclude_overdue(self) -> None:
        """Count runs past their task's timeout or deadline as failed and put new threads in the place of theirs."""
        now = time.monotonic()
        with self.changed:
            overdue = [run for run in self._running.values() if run.ends_by <= now]
            for run in overdue:
                del self._running[run.claim.id]
                run.is_abandoned = True
                self.written_off += 1
                self._finish(runner.time_out(run.claim, now - run.since, worker=self._worker))
                if not self._closed:
                    self._start_thread()

    def _keep_waiting(self, but: Collection[int]) -> None:
        self._waiting = deque(entry for entry in self._waiting if entry[1].id not in but)

    def _start_thread(self) -> None:
        # Daemons: a run that never ends must not keep the process from ending. Its lease expires.
        threading.Thread(target=self._serve, name="jobs-runner", daemon=True).start()

    def _serve(self) -> None:
        request_connections.use_those_of_jobs()
        try:
            while (run := self._next()) is not None:
                close_old_connections()
                try:
                    outcome = self._run(run)
                finally:
                    close_old_connections()
                if not self._end(run, outcome):
                    return
        finally:
            connections.close_all()

    def _run(self, run: _Run) -> Outcome:
        return runner.run(run.claim, worker=self._worker, is_abandoned=lambda: run.is_abandoned)

    def _next(self) -> _Run | None:
        with self.changed:
            while not self._waiting and not self._closed:
                self._handed.wait()
            if self._closed:
                return None
            run = _Run(self._waiting.popleft()[1])
            self._running[run.claim.id] = run
            if len(self._waiting) == self.low_water:
                self.changed.notify()
            return run

    def _end(self, run: _Run, outcome: Outcome) -> bool:
        """Keep the outcome; False: the run had been written off, and with it the calling thread."""
        with self.changed:
            if self._running.get(run.claim.id) is not run:
                self.written_off -= 1
                return False
            del self._running[run.claim.id]
            self._finish(outcome)
            return True

    def _finish(self, outcome: Outcome) -> None:
        self._finished.append(outcome)
        if self.first_finished_at is None:
            self.first_finished_at = time.monotonic()
            self.changed.notify()
        elif not self._waiting and not self._running:
            self.changed.notify()
