"""The Celery application: ``celery -A connectid.config.celery worker`` runs jobs that ``connectid dispatcher`` publishes."""

import atexit
import logging
import os
from contextlib import ExitStack
from typing import Any

import click
import django
from celery import signals

from connectid.web import workers

_whole_life = ExitStack()
atexit.register(_whole_life.close)
# Celery's processes count runs each for itself; a shared folder adds them up.
_whole_life.enter_context(workers.sharing())

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "connectid.config.settings")
django.setup()

from prometheus_client import CollectorRegistry, start_http_server  # noqa: E402 - looks for the folder when imported
from prometheus_client.multiprocess import MultiProcessCollector  # noqa: E402

from connectid.jobs import broker  # noqa: E402 - needs the settings

app = broker.app()
# They tell of each message that it came and went. What became of the jobs is told by the jobs.
for teller in ("celery.app.trace", "celery.worker.strategy"):
    logging.getLogger(teller).setLevel(logging.WARNING)
app.user_options["worker"].add(
    click.Option(
        ["--metrics-port"],
        type=click.IntRange(1, 65535),
        help="Serve Prometheus metrics on this port of 127.0.0.1.",
    )
)

_chosen: dict[str, int] = {}


@signals.celeryd_init.connect  # type: ignore[untyped-decorator]  # Celery ships no types
def note_metrics_port(options: dict[str, Any] | None = None, **_: Any) -> None:
    """Keep the option until it can be used: threads must not run while the pool makes copies of this process."""
    if port := (options or {}).get("metrics_port"):
        _chosen["metrics_port"] = port


@signals.worker_ready.connect  # type: ignore[untyped-decorator]
def serve_metrics(**_: Any) -> None:
    """Serve what all processes have counted. The backlog is served by others: this process keeps off the database."""
    if "metrics_port" in _chosen:
        counted = CollectorRegistry()
        MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
        start_http_server(_chosen["metrics_port"], addr="127.0.0.1", registry=counted)


@signals.worker_init.connect  # type: ignore[untyped-decorator]
def let_go_of_the_database(**_: Any) -> None:
    """Its processes are copies of this one, and must not share its connections."""
    from django.db import connections

    for connection in connections.all(initialized_only=True):
        connection.close()
        if hasattr(connection, "close_pool"):
            connection.close_pool()
