"""`connectid demo`: every journey against a running server, step by step."""

import os

import click

from connectid.demo.journeys import JOURNEYS
from connectid.demo.surroundings import Sandbox


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
    world = Sandbox(server)
    for journey in JOURNEYS:
        click.echo(click.style((journey.__doc__ or journey.__name__).partition("\n")[0], bold=True))
        for step in journey(server, world):
            click.echo(f"  {click.style('✓', fg='green')} {step}")
    click.echo(f"{len(JOURNEYS)} journeys, all as they should be.")
