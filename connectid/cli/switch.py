"""The ``switch`` command."""

import click


@click.command()
@click.argument("name")
@click.argument("state", type=click.Choice(("on", "off")))
def switch(name: str, state: str) -> None:
    """Turn a release toggle on or off. Example: connectid switch email_otp_verification on."""
    from connectid.toggles import operations

    operations.set_switch(name, active=state == "on")
    click.echo(f"{name} is {state}.")
