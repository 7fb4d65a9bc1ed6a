"""The ``worker`` and ``dispatcher`` commands of ``connectid``. Django is set up by the group that they are added to."""

import signal
from concurrent.futures import ThreadPoolExecutor, wait
from types import FrameType
from typing import Protocol

import click

CHECK_SECONDS = 0.2


@click.command()
@click.option("--queues", default="", help="Queues to serve, comma separated. Default: all.")
@click.option(
    "--threads", default=4, show_default=True, type=click.IntRange(1, 256), help="Jobs run at once."
)
@click.option(
    "--batch", default=100, show_default=True, type=click.IntRange(1, 1000), help="Most jobs claimed at once."
)
@click.option(
    "--grace", default=30.0, show_default=True, help="Seconds that running jobs have to finish after SIGTERM."
)
@click.option("--metrics-port", type=click.IntRange(1, 65535), help="Serve Prometheus metrics on this port.")
@click.option(
    "--metrics-address", default="127.0.0.1", show_default=True, help="Address of the metrics port."
)
def worker(
    queues: str, threads: int, batch: int, grace: float, metrics_port: int | None, metrics_address: str
) -> None:
    """Run background jobs until SIGTERM or Ctrl-C, then finish what runs and give back the rest."""
    from connectid.jobs import metrics
    from connectid.jobs.worker import Worker, WorkerExhausted

    wanted = _wanted(queues)
    if (pool := _pool_size()) is not None and pool <= threads:
        raise click.BadParameter(
            f"{threads} threads and the worker itself need {threads + 1} database connections, and"
            f" DATABASE_POOL_SIZE is {pool}",
            param_hint="--threads",
        )
    if metrics_port is not None:
        metrics.serve(metrics_port, metrics_address)
    running = Worker(queues=wanted, threads=threads, batch=batch, grace=grace)
    try:
        _run_until_told(running)
    except WorkerExhausted as error:
        raise click.ClickException("too many jobs never ended; start a new worker") from error


@click.command()
@click.option("--queues", default="", help="Queues to publish, comma separated. Default: all.")
@click.option("--metrics-port", type=click.IntRange(1, 65535), help="Serve Prometheus metrics on this port.")
@click.option(
    "--metrics-address", default="127.0.0.1", show_default=True, help="Address of the metrics port."
)
def dispatcher(queues: str, metrics_port: int | None, metrics_address: str) -> None:
    """Publish due jobs to CELERY_BROKER_URL, for `celery -A connectid.config.celery worker`, until SIGTERM or Ctrl-C."""
    from django.core.exceptions import ImproperlyConfigured

    from connectid.jobs import metrics
    from connectid.jobs.dispatcher import Dispatcher

    wanted = _wanted(queues)
    try:
        running = Dispatcher(queues=wanted)
    except ImproperlyConfigured as error:
        raise click.ClickException(str(error)) from error
    if metrics_port is not None:
        metrics.serve(metrics_port, metrics_address)
    _run_until_told(running)


class _Running(Protocol):
    def run(self) -> None: ...

    def stop(self) -> None: ...


def _run_until_told(running: _Running) -> None:
    """Run it on a thread until SIGTERM or Ctrl-C; what breaks it is raised here."""
    stopping = False

    def ask_to_stop(_number: int, _frame: FrameType | None) -> None:
        # A signal arrives between any two instructions of the main thread: here it may do no more than leave word.
        nonlocal stopping
        stopping = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask_to_stop)
    with ThreadPoolExecutor(1, thread_name_prefix="jobs-worker") as one_thread:
        work = one_thread.submit(running.run)
        while not wait([work], timeout=CHECK_SECONDS).done:
            if stopping:
                running.stop()
        work.result()


def _wanted(queues: str) -> tuple[str, ...]:
    """Return the queues named; none stands for all."""
    from django.tasks import task_backends

    wanted = tuple(name.strip() for name in queues.split(",") if name.strip())
    if unknown := set(wanted) - task_backends["default"].queues:
        raise click.BadParameter(f"no such queue: {', '.join(sorted(unknown))}", param_hint="--queues")
    return wanted


def _pool_size() -> int | None:
    """Return how many connections this process may have; None: as many as it opens."""
    from django.db import connection

    pool = connection.settings_dict["OPTIONS"].get("pool")
    return int(pool["max_size"]) if isinstance(pool, dict) and "max_size" in pool else None
