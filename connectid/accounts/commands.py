"""The ``create-admin`` command. Django is set up by the group that it is added to."""

import json

import click


@click.command()
@click.option("--username", default="admin", show_default=True, help="Name to sign in with.")
@click.option("--password", default="", help="Its password. Made when not given.")
@click.option("--reset", is_flag=True, help="Give an admin who exists this password, and all rights.")
def create_admin(username: str, password: str, reset: bool) -> None:
    """Make an admin for /admin/; the last line printed is name and password as JSON."""
    from connectid.accounts import staff

    made = staff.create_admin(username=username, password=password, reset=reset)
    click.echo(json.dumps({"username": made.username, "password": made.password}))
