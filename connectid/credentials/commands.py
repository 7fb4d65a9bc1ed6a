"""The ``create-issuer`` command. Django is set up by the group that it is added to."""

import json

import click


@click.command()
@click.option("--authority", required=True, type=click.Choice(("CONNECT", "HQ")), help="Who issues.")
@click.option(
    "--environment",
    required=True,
    type=click.Choice(("production", "staging", "india")),
    help="Which deployment of it.",
)
@click.option("--client-id", default="", help="Its id. Made when not given.")
@click.option("--secret", default="", help="Its secret. Made when not given.")
def create_issuer(authority: str, environment: str, client_id: str, secret: str) -> None:
    """Register an issuer of credentials; the last line printed is its id and secret as JSON.

    It may have the same id and secret as a message server. Repeating a command that names both changes nothing.
    """
    from connectid.credentials import operations

    made = operations.create_issuer(
        authority=authority, environment=environment, client_id=client_id, secret=secret
    )
    click.echo(json.dumps({"client_id": made.client_id, "client_secret": made.client_secret}))
