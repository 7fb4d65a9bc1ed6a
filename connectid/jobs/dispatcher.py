"""Publishing the ids of due jobs to a message broker, whose workers (Celery's) run them.

The table stays the queue: only as many ids are with the broker as keep its workers busy, so the most urgent still go first, and
what the broker loses is a few messages, which are published again when their loan ends.
"""

import contextlib
import threading
from collections.abc import Sequence
from datetime import timedelta

import structlog
from django.db import Error, connection

from connectid.core import clock
from connectid.jobs import backend, handover, metrics, schedule, wakeup
from connectid.jobs.broker import Broker, BrokerUnavailable, job_queues

log = structlog.get_logger(__name__)

MESSAGES_WAITING = 200
"""Of each queue, the most messages that wait with the broker."""

IDS_PER_MESSAGE = 10
"""The most jobs of one message, which one process runs one after another. They are fewer unless many are due."""

LOAN_SECONDS = 30.0
"""How long a job whose id was published may wait for a worker before it is published again."""

LONGEST_PAUSE_SECONDS = 30.0
"""Longest wait between attempts to reach a broker or database that does not answer."""


class Dispatcher:
    """Publishes until it is stopped, and follows the schedule. Any number may run: they share the jobs out among them."""

    def __init__(self, *, queues: Sequence[str] = ()) -> None:
        options = backend.options()
        self._queues = tuple(queues) or job_queues()
        self._loan = timedelta(seconds=min(LOAN_SECONDS, options.lease_seconds))
        self._poll = options.poll_seconds
        self._listens = options.notify and connection.vendor == "postgresql"
        self._scheduler = schedule.Scheduler(schedule.load(options.schedule))
        self._broker = Broker()
        self._bell = threading.Event()
        self._stopping = threading.Event()
        self.failures = 0
        """Attempts in a row that the broker or the database failed."""

    def run(self) -> None:
        """Publish until :meth:`stop`. What was taken on is published, or due again, when this returns."""
        log.info("dispatcher_started", queues=self._queues)
        with contextlib.ExitStack() as stack:
            stack.callback(connection.close)
            stack.callback(self._broker.close)
            stack.callback(wakeup.subscribe(self._bell.set))
            if self._listens:
                from connectid.jobs.listener import Listener

                listener = Listener(self._bell.set)
                listener.start()
                stack.callback(listener.stop)
            while not self._stopping.is_set():
                self._bell.wait(self._turn())
        log.info("dispatcher_stopped")

    def stop(self) -> None:
        """Ask the dispatcher to end; may be called from any thread."""
        self._stopping.set()
        self._bell.set()

    def _turn(self) -> float:
        """Publish what is due, as far as there is room; return how long to rest."""
        rung = self._bell.is_set()
        self._bell.clear()  # before the look: a bell that rings during it may be for a job it misses
        try:
            self._scheduler.tick(clock.now())
            more = [self._publish_due(queue) for queue in self._queues]
        except (Error, BrokerUnavailable) as error:
            self.failures += 1
            log.warning(
                "dispatcher_failed", error_class=type(error).__name__, reason=getattr(error, "reason", "")
            )
            with contextlib.suppress(Error):
                connection.close()
            pause = min(LONGEST_PAUSE_SECONDS, 0.5 * 2 ** min(self.failures, 10))
            self._stopping.wait(pause)
            return 0.0
        self.failures = 0
        return 0.0 if any(more) else wakeup.LOOK_AGAIN_SECONDS if rung else self._poll

    def _publish_due(self, queue: str) -> bool:
        """Publish due jobs of a queue; return whether more may be due, and there is room for them."""
        room = MESSAGES_WAITING - self._broker.waiting(queue)
        if room <= 0:
            return False
        at = clock.now()
        limit = room * IDS_PER_MESSAGE
        ids = handover.lend(queue=queue, limit=limit, at=at, until=at + self._loan)
        # One by one, so that no job waits behind another while a worker is idle; more only where there is no room for that.
        size = max(1, -(-len(ids) // room))
        published = 0
        try:
            for published in range(0, len(ids), size):
                self._broker.publish(queue, ids[published : published + size])
        except BrokerUnavailable:
            handover.take_back(ids[published:])
            raise
        metrics.PUBLISHED.labels(queue).inc(len(ids))
        return len(ids) == limit
