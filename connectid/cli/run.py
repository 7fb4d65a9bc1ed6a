"""The ``run`` command, behind ``make run``."""

import os
import sys
from multiprocessing.context import ForkProcess, SpawnProcess
from pathlib import Path
from typing import TYPE_CHECKING

import click

from connectid.cli import migrate
from connectid.cli.program import set_up
from connectid.cli.server import Serving, address, serve_until_stopped

if TYPE_CHECKING:
    from connectid.config.demo_objects import Credentials, DemoObjects


@click.command()
@click.option(
    "--port",
    envvar="PORT",
    show_envvar=True,
    default=8000,
    show_default=True,
    type=click.IntRange(1, 65535),
    help="Port to listen on.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
def run(port: int, host: str) -> None:
    """Start everything on this machine: database, demonstration objects, server, jobs and sandbox."""
    here = address(host, port)
    os.environ.setdefault("PUBLIC_URL", here)
    set_up()
    from django.conf import settings

    if settings.PRODUCTION:
        raise click.ClickException(
            "`run` is for trying things out. In production: migrate, serve and worker."
        )
    from connectid.config import demo_objects

    if migrate.unapplied():
        click.echo("Making the database ...")
        _let_go_of_the_database()
        _apply_migrations()
    objects, is_new = demo_objects.make(folder=settings.DATA_DIR, public_url=settings.PUBLIC_URL)
    _let_go_of_the_database()
    serving = Serving(
        host=host,
        port=port,
        workers=1,
        connections=settings.DATABASE_POOL_SIZE,
        queue=settings.QUEUE_LENGTH,
        patience=settings.QUEUE_SECONDS,
        jobs=True,
        pin=False,
        notice=0,
        logging=settings.LOGGING,
        greeting=_greeting(here, objects, show_secrets=is_new, kept_in=settings.DATA_DIR / demo_objects.FILE),
    )
    serve_until_stopped(serving, quiet=True)


def _apply_migrations() -> None:
    """Apply them in a process of its own: the memory that they leave behind would be each server process's too."""
    # A copy of this process is ready at once; elsewhere than on Linux, copies are not safe.
    start = ForkProcess if sys.platform == "linux" else SpawnProcess
    process = start(target=_apply_in_this_process)
    process.start()
    process.join()
    if process.exitcode:
        raise click.ClickException("The database could not be made; the reason stands above.")


def _apply_in_this_process() -> None:
    set_up()
    migrate.apply(verbosity=0)


def _let_go_of_the_database() -> None:
    """The server's processes are copies of this one, and must not share its connections."""
    from django.db import connections

    for connection in connections.all(initialized_only=True):
        connection.close()
        if hasattr(connection, "close_pool"):
            connection.close_pool()


def _greeting(here: str, objects: "DemoObjects", *, show_secrets: bool, kept_in: Path) -> str:
    lines = [
        "",
        f"Connect-ID runs at {here} (Ctrl-C stops it)",
        "",
        f"  API pages        {here}/docs",
        f"  Sandbox inbox    {here}/sandbox/",
        f"  Admin            {here}/admin/",
        f"  Health           {here}/health/ready",
        "",
        _line("Admin", objects.admin, show_secrets),
        _line("OAuth client", objects.oauth_client, show_secrets),
        *(_line("Message server", server, show_secrets) for server in objects.message_servers),
        *(_line("Issuer", issuer, show_secrets) for issuer in objects.issuers),
        f"  Android client   {objects.android_client_id} (public)",
        "",
        f"Shown once; kept in {kept_in}." if show_secrets else f"Passwords and secrets: {kept_in}",
        "",
    ]
    return "\n".join(lines)


def _line(role: str, credentials: "Credentials", show_secret: bool) -> str:
    name = "" if credentials.name == role else f"   {credentials.name}"
    return f"  {role:<16} {credentials.id}{f' / {credentials.secret}' if show_secret else ''}{name}"
