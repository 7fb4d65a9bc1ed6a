"""The commands of insights. Django is set up by the group that they are added to."""

import json

import click

TABLES = ("accounts", "devices", "sessions", "awards")
DESTINATIONS = ("csv", "bigquery", "superset")


@click.command()
@click.argument("table", type=click.Choice(TABLES))
@click.option("--to", "destination", required=True, type=click.Choice(DESTINATIONS), help="Where to.")
def export(table: str, destination: str) -> None:
    """Export a table, with pseudonyms in the place of people; the last line printed is JSON.

    A run that was interrupted goes on where it was. To a CSV file it goes below DATA_DIR/exports.
    """
    from connectid.core import clock
    from connectid.insights.operations import exporting
    from connectid.providers.errors import ProviderError

    run_id = exporting.start(table=table, destination=destination, at=clock.now())
    try:
        while True:
            run = exporting.go_on(run_id=run_id, at=clock.now())
            if run is None:
                raise click.ClickException("Another process exports this table at this moment.")
            if run.is_published:
                break
    except ProviderError as error:
        raise click.ClickException(f"{error.reason}. The same command goes on from where it was.") from error
    click.echo(json.dumps({"table": table, "to": destination, "rows": run.rows, "parts": run.parts}))
