"""What Prometheus learns about jobs: every run as it happens, and the backlog, read from the table at each scrape."""

from collections.abc import Iterable, Iterator

from prometheus_client import Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import REGISTRY, Collector, CollectorRegistry

from connectid.core import clock
from connectid.jobs import queries

RUNS = Counter("connectid_job_runs", "Runs of jobs, by task and how they ended.", ["task", "outcome"])
SECONDS = Histogram(
    "connectid_job_seconds",
    "Duration of runs of jobs.",
    ["task"],
    buckets=(0.005, 0.02, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 300),
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


class BacklogCollector(Collector):
    """Puts :func:`collect` into a registry."""

    def collect(self) -> Iterable[Metric]:
        """Called at each scrape."""
        return collect()

    def describe(self) -> Iterable[Metric]:
        """Say nothing, so that registering the collector does not read the database."""
        return ()


def register(registry: CollectorRegistry = REGISTRY) -> None:
    """Have scrapes of the registry report the backlog."""
    registry.register(BacklogCollector())
