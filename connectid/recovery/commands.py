"""The ``unlock`` command. Django is set up by the group that it is added to."""

import click


@click.command()
@click.argument("account", metavar="NUMBER|USERNAME")
def unlock(account: str) -> None:
    """Lift the lock of an account, named by its phone number with + or its username; prints the username."""
    from connectid.recovery.operations import lifting

    click.echo(f"{lifting.unlock_named(name=account)} is unlocked.")
