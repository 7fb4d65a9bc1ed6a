"""`connectid demo`: every journey against a running server, step by step."""

import json
import os
from pathlib import Path
from typing import Any

import click
import requests

from connectid.demo.admin import Admin
from connectid.demo.journeys import JOURNEYS, Journey, NotAsExpected
from connectid.demo.phone import Crashed, Forgot, Refused
from connectid.demo.surroundings import NothingArrived, Sandbox


@click.command()
@click.option(
    "--url",
    default=lambda: f"http://127.0.0.1:{os.environ.get('PORT', '8000')}",
    show_default="http://127.0.0.1:$PORT",
    help="Address of the running server.",
)
@click.option(
    "--data-dir",
    default=lambda: Path(os.environ.get("DATA_DIR") or "var"),
    show_default="$DATA_DIR or var",
    type=click.Path(path_type=Path),
    help="Folder in which that server keeps what its first start made.",
)
def demo(url: str, data_dir: Path) -> None:
    """Walk every journey over HTTP against a running server and print each step. It takes a minute and a half."""
    server = url.rstrip("/")
    made = _made(data_dir)
    world = Sandbox(
        server,
        partner=_credentials(made["oauth_client"]),
        issuer=_issuer(made),
        admin=_admin(server, made),
    )
    for journey in JOURNEYS:
        _walk(journey, server, world)
    click.echo(f"{len(JOURNEYS)} journeys, all as they should be.")


def _made(data_dir: Path) -> dict[str, Any]:
    """Return what the server's first start made."""
    try:
        made: dict[str, Any] = json.loads((data_dir / "demo.json").read_text())
    except (OSError, ValueError) as error:
        raise click.ClickException(
            f"There is no demo.json in {data_dir}; start the server with `make run`."
        ) from error
    return made


def _admin(server: str, made: dict[str, Any]) -> Admin:
    servers = {one["name"]: _credentials(one) for one in made["message_servers"]}
    return Admin(server, *_credentials(made["admin"]), message_servers=servers)


def _issuer(made: dict[str, Any]) -> tuple[str, str]:
    return next(_credentials(issuer) for issuer in made["issuers"] if issuer["name"].startswith("HQ"))


def _credentials(made: dict[str, str]) -> tuple[str, str]:
    return made["id"], made["secret"]


def _walk(journey: Journey, server: str, world: Sandbox) -> None:
    click.echo(click.style((journey.__doc__ or journey.__name__).partition("\n")[0], bold=True))
    try:
        for step in journey(server, world):
            click.echo(f"  {click.style('✓', fg='green')} {step}")
    except requests.ConnectionError as error:
        raise click.ClickException(
            f"Nothing answers at {server}; start the server with `make run`."
        ) from error
    except (Crashed, Forgot, NotAsExpected, NothingArrived, Refused) as error:
        click.echo(f"  {click.style('✗', fg='red')} {type(error).__name__}: {error}")
        raise click.ClickException("The server did not do what this journey is about.") from error
