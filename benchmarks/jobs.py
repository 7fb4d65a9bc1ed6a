"""How many jobs a second: ``python -m benchmarks.jobs [sqlite] [postgresql]``.

Each database is measured in a process of its own. "per core" divides by the CPU time of that process, the database server's
not included; "a second" is wall time and suffers from whatever else the machine does.
"""

import logging
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from benchmarks.report import Figure

JOBS = 20_000
BATCH = 100


def main(names: list[str]) -> None:
    """Measure the databases named, by default both."""
    print(f"{'jobs':<12}{'':<44}{'a second':>10}{'per core':>10}")
    for name in names or ["sqlite", "postgresql"]:
        environment = os.environ | {
            "ENVIRONMENT": "test",
            "DJANGO_SETTINGS_MODULE": "connectid.config.settings",
        }
        with tempfile.TemporaryDirectory() as folder:
            environment |= {"DATA_DIR": folder, "DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3"}
            if name == "postgresql":
                from connectid.testing import databases

                with databases.postgresql() as url:
                    _measure_in_child(name, environment | {"DATABASE_URL": url})
            else:
                _measure_in_child(name, environment)


MOST_MICROSECONDS = {"sqlite": 1_000_000 / 1_000, "postgresql": 1_000_000 / 3_000}
"""Of CPU for each job that does nothing: a thousand a second and core on SQLite, three thousand on PostgreSQL."""


def figures() -> Iterator[Figure]:
    """Yield the cost of a job in a whole worker, claimed, run and acknowledged."""
    for name, most in MOST_MICROSECONDS.items():
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.jobs", name], check=True, stdout=subprocess.PIPE, text=True
        )
        for line in done.stdout.splitlines():
            if "whole worker" in line:
                what, per_core = line[12:56].strip(), float(line[66:].replace(",", ""))
                yield Figure(f"{name}: {what}", 1_000_000 / per_core, "us", most)


def _measure_in_child(name: str, environment: dict[str, str]) -> None:
    subprocess.run([sys.executable, "-m", "benchmarks.jobs", "--measure", name], env=environment, check=True)


def measure(name: str) -> None:
    """Measure the database of the settings, in a database of its own that is dropped afterwards."""
    import django
    import structlog

    django.setup()
    # A line per job would be most of the cost; in production these are below the level, too.
    logging.getLogger("django.tasks").setLevel(logging.WARNING)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    from django.conf import settings
    from django.db import connection

    if name == "sqlite":  # in a file, as served, not in memory, as tested
        connection.settings_dict["TEST"]["NAME"] = str(Path(settings.DATA_DIR) / "measured.sqlite3")
    original = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=None)
    try:
        _enqueue_one_by_one(name)
        _claim_and_acknowledge(name)
        _work(name, threads=1)
        _work(name, threads=4)
    finally:
        connection.creation.destroy_test_db(original, verbosity=0)


def _enqueue_one_by_one(name: str) -> None:
    from benchmarks.job_tasks import do_nothing
    from connectid.jobs.models import Job

    def run() -> None:
        for number in range(2000):
            do_nothing.enqueue(number)

    _timed(name, "enqueue, one a transaction", 2000, run)
    Job.objects.all().delete()


def _enqueue(name: str) -> None:
    from benchmarks.job_tasks import do_nothing
    from connectid.jobs.backend import enqueue_many

    _timed(
        name,
        "enqueue in bulk",
        JOBS,
        lambda: enqueue_many(do_nothing.prepare(number) for number in range(JOBS)),
    )


def _claim_and_acknowledge(name: str) -> None:
    from connectid.core import clock
    from connectid.jobs import outbox

    def run() -> None:
        while True:
            at = clock.now()
            claims = outbox.claim(
                worker="w", queues=["default"], limit=BATCH, at=at, lease_until=at + timedelta(minutes=1)
            )
            if not claims:
                return
            outbox.acknowledge([claim.id for claim in claims], worker="w")

    _enqueue(name)
    _timed(name, f"claim and acknowledge in batches of {BATCH}", JOBS, run)


def _work(name: str, *, threads: int) -> None:
    from benchmarks.job_tasks import do_nothing
    from connectid.jobs.backend import enqueue_many
    from connectid.jobs.models import Job
    from connectid.jobs.worker import Worker

    enqueue_many(do_nothing.prepare(number) for number in range(JOBS))
    worker = Worker(threads=threads, batch=BATCH)
    # The worker ends when it would first have nothing to do.
    worker._look_at, claim = 0.0, worker._claim

    def claim_or_stop() -> None:
        claim()
        if not (worker._crew.waiting or worker._crew.running or worker._crew.finished):
            worker._stopping = True

    worker._claim = claim_or_stop  # type: ignore[method-assign]
    _timed(name, f"whole worker, {threads} thread{'s'[: threads - 1]}, batch {BATCH}", JOBS, worker.run)
    assert not Job.objects.exists()


def _timed(name: str, what: str, count: int, run: Callable[[], object]) -> None:
    wall, cpu = time.perf_counter(), time.process_time()
    run()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"{name:<12}{what:<44}{count / wall:>10,.0f}{count / cpu:>10,.0f}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(sys.argv[2])
    else:
        main(sys.argv[1:])
