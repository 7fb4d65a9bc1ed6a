"""The ``generate`` command. Django is set up by the group that it is added to."""

import json
import os
import time

import click


@click.command()
@click.option("--accounts", required=True, type=click.IntRange(1), help="How many.")
@click.option("--seed", default="1", show_default=True, help="The same one gives the same rows.")
@click.option(
    "--at", type=click.DateTime(), default=None, help="Time of the youngest rows, in UTC. [default: now]"
)
@click.option(
    "--replace", is_flag=True, help="Remove demonstration accounts that are there, with all that is theirs."
)
@click.option(
    "--processes",
    type=click.IntRange(0, 64),
    default=None,
    help="Processes that work out rows. [default: one per processor]",
)
def generate(
    accounts: int, seed: str, at: "click.DateTime | None", replace: bool, processes: int | None
) -> None:
    """Fill the database with demonstration accounts and everything that such accounts have, to measure with.

    Only where there are no accounts of people. Stop the servers first: the tables are locked until it is done. The last line
    printed is the count of every table as JSON.
    """
    from datetime import UTC, datetime

    from connectid.cli.program import set_up
    from connectid.core import clock
    from connectid.population import making

    started = time.monotonic()
    said = [0.0]

    def tell(text: str) -> None:
        if time.monotonic() - said[0] >= 5 or text == "indexes":
            said[0] = time.monotonic()
            click.echo(f"{time.monotonic() - started:6.1f} s  {text}")

    moment = at.replace(tzinfo=UTC) if isinstance(at, datetime) else clock.now()
    count = os.cpu_count() or 1 if processes is None else processes
    try:
        made = making.make(
            accounts=accounts,
            seed=seed,
            at=moment,
            replace=replace,
            processes=count if accounts > making.PART else 0,
            set_up=set_up,
            tell=tell,
        )
    except making.NotHere as refusal:
        raise click.ClickException(str(refusal)) from refusal
    click.echo(f"{time.monotonic() - started:6.1f} s  {sum(made.values()):,} rows")
    click.echo(json.dumps({model._meta.label: rows for model, rows in made.items()}))
