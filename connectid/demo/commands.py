"""`connectid demo`: every journey against a running server, step by step."""

import os

import click
import requests

from connectid.demo.journeys import JOURNEYS, Journey, NotAsExpected
from connectid.demo.phone import Crashed, Refused
from connectid.demo.surroundings import NothingArrived, Sandbox


@click.command()
@click.option(
    "--url",
    default=lambda: f"http://127.0.0.1:{os.environ.get('PORT', '8000')}",
    show_default="http://127.0.0.1:$PORT",
    help="Address of the running server.",
)
def demo(url: str) -> None:
    """Walk every journey over HTTP against a running server and print each step."""
    server = url.rstrip("/")
    for journey in JOURNEYS:
        _walk(journey, server)
    click.echo(f"{len(JOURNEYS)} journeys, all as they should be.")


def _walk(journey: Journey, server: str) -> None:
    click.echo(click.style((journey.__doc__ or journey.__name__).partition("\n")[0], bold=True))
    try:
        for step in journey(server, Sandbox(server)):
            click.echo(f"  {click.style('✓', fg='green')} {step}")
    except requests.ConnectionError as error:
        raise click.ClickException(
            f"Nothing answers at {server}; start the server with `make run`."
        ) from error
    except (Crashed, NotAsExpected, NothingArrived, Refused) as error:
        click.echo(f"  {click.style('✗', fg='red')} {type(error).__name__}: {error}")
        raise click.ClickException("The server did not do what this journey is about.") from error
