"""The ``serve`` command."""

import os

import click

from connectid.cli.server import NOTICE_SECONDS, Serving, serve_until_stopped


@click.command()
@click.option("--host", help="Address to listen on. Default: every one in production, else 127.0.0.1.")
@click.option(
    "--port",
    envvar="PORT",
    show_envvar=True,
    default=8000,
    show_default=True,
    type=click.IntRange(1, 65535),
    help="Port to listen on.",
)
@click.option(
    "--workers",
    envvar="WEB_CONCURRENCY",
    show_envvar=True,
    type=click.IntRange(1, 64),
    help="Processes. Default: one per processor in production, else one.",
)
@click.option(
    "--jobs/--no-jobs",
    default=None,
    help="Run background jobs on threads of each process. Default: unless in production, which has `connectid worker`.",
)
@click.option(
    "--notice",
    type=click.FloatRange(min=0),
    help="Seconds to go on serving after SIGTERM while /health/ready says no. Default: 5 in production, else 0.",
)
def serve(host: str | None, port: int, workers: int | None, jobs: bool | None, notice: float | None) -> None:
    """Serve requests until SIGTERM or Ctrl-C, then finish those in hand."""
    from connectid.config.env import load
    from connectid.config.logs import logs

    environment = load()
    production = environment.ENVIRONMENT == "production"
    serving = Serving(
        host=host or ("0.0.0.0" if production else "127.0.0.1"),  # noqa: S104 - a container is reached from outside
        port=port,
        workers=workers or (_processors() if production else 1),
        connections=environment.DATABASE_POOL_SIZE,
        queue=environment.QUEUE_LENGTH,
        patience=environment.QUEUE_SECONDS,
        jobs=not production if jobs is None else jobs,
        notice=(NOTICE_SECONDS if production else 0) if notice is None else notice,
        logging=logs(environment),
    )
    serve_until_stopped(serving, quiet=False)


def _processors() -> int:
    """How many processors this process may use; a container often has fewer than its machine."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
