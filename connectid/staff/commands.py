"""The ``create-admin`` command. Django is set up by the group that it is added to."""

import json

import click


@click.command()
@click.option("--username", default="admin", show_default=True, help="Name to sign in with.")
@click.option("--password", default="", help="Its password. Made when not given.")
@click.option("--reset", is_flag=True, help="Give a member of staff who exists this password, and this role.")
@click.option(
    "--role",
    type=click.Choice(["support", "operator", "auditor"]),
    help="What they may do: docs/howto/support-a-worker.md. Everything when not given.",
)
def create_admin(username: str, password: str, reset: bool, role: str | None) -> None:
    """Make a member of staff for /admin/; the last line printed is name and password as JSON."""
    from connectid.accounts import staff
    from connectid.staff import roles

    roles.write()
    made = staff.create_admin(username=username, password=password, reset=reset, role=role)
    click.echo(json.dumps({"username": made.username, "password": made.password}))
