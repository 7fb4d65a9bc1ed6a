"""What Prometheus learns about jobs: every run as it happens, and the backlog, read from the table at each scrape."""

from collections.abc import Callable, Iterable, Iterator

import structlog
from django.db import Error, connection
from prometheus_client import Counter, Histogram, start_http_server
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import REGISTRY, Collector

from connectid.core import clock
from connectid.jobs import queries

log = structlog.get_logger(__name__)

RUNS = Counter("connectid_job_runs", "Runs of jobs, by task and how they ended.", ["task", "outcome"])
SECONDS = Histogram(
    "connectid_job_seconds",
    "Duration of runs of jobs.",
    ["task"],
    buckets=(0.005, 0.02, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 300),
)

PUBLISHED = Counter(
    "connectid_jobs_published",
    "Ids that were handed to the message broker, again after a lost message.",
    ["queue"],
)


def collect() -> Iterator[Metric]:
    """Read the backlog in one statement: jobs by queue and standing, and how long the oldest due one has waited."""
    at = clock.now()
    depth = GaugeMetricFamily(
        "connectid_jobs",
        "Jobs in the table. due: may start; deferred: not yet.",
        labels=["queue", "standing"],
    )
    oldest = GaugeMetricFamily(
        "connectid_jobs_oldest_due_seconds", "How long the oldest due job has been due.", labels=["queue"]
    )
    for row in queries.backlog(at=at):
        depth.add_metric([row.queue, row.standing], row.jobs)
        if row.standing == "due":
            oldest.add_metric([row.queue], (at - row.first_run_at).total_seconds())
    yield depth
    yield oldest


READINGS: list[Callable[[], Iterator[Metric]]] = [collect]
"""What is read at each scrape. Features append to it when they are set up."""


class BacklogCollector(Collector):
    """Puts ``READINGS`` into a registry. While the database does not answer, scrapes lack its figures and have the others."""

    def __init__(self, *, closes_connection: bool = False) -> None:
        self._closes_connection = closes_connection

    def collect(self) -> Iterable[Metric]:
        """Called at each scrape."""
        try:
            return [metric for read in READINGS for metric in read()]
        except Error as error:
            log.warning("job_backlog_unreadable", error_class=type(error).__name__)
            return ()
        finally:
            if self._closes_connection:
                connection.close()

    def describe(self) -> Iterable[Metric]:
        """Say nothing, so that registering the collector does not read the database."""
        return ()


def serve(port: int, address: str) -> None:
    """Serve the metrics of this process and the backlog, on threads of their own."""
    # Each scrape has a thread, which ends without Django's knowing: its connection would never go back to the pool.
    REGISTRY.register(BacklogCollector(closes_connection=True))
    start_http_server(port, addr=address)
