"""The ``reencrypt`` command."""

import click


@click.command()
def reencrypt() -> None:
    """Encrypt under the current key what is still under an older one; runs beside the servers and can be repeated."""
    from connectid.core import rotation

    click.echo(f"{rotation.reencrypt()} values rewritten.")
