"""The ``serve`` command."""

import click

from connectid.cli import processors
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
@click.option(
    "--pin/--no-pin",
    default=None,
    help="Keep each worker to one processor. Default: where there is a worker for each processor.",
)
def serve(
    host: str | None,
    port: int,
    workers: int | None,
    jobs: bool | None,
    notice: float | None,
    pin: bool | None,
) -> None:
    """Serve requests until SIGTERM or Ctrl-C, then finish those in hand."""
    from connectid.config.env import load
    from connectid.config.logs import logs

    environment = load()
    production = environment.ENVIRONMENT == "production"
    workers = workers or (len(processors.available()) if production else 1)
    serving = Serving(
        host=host or ("0.0.0.0" if production else "127.0.0.1"),  # noqa: S104 - a container is reached from outside
        port=port,
        workers=workers,
        connections=environment.DATABASE_POOL_SIZE,
        queue=environment.QUEUE_LENGTH,
        patience=environment.QUEUE_SECONDS,
        jobs=not production if jobs is None else jobs,
        pin=processors.are_enough_for(workers) if pin is None else pin,
        notice=(NOTICE_SECONDS if production else 0) if notice is None else notice,
        logging=logs(environment),
    )
    serve_until_stopped(serving, quiet=False)
