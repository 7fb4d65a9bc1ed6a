"""The ``doctor`` command."""

import json
from dataclasses import asdict

import click

from connectid.cli.checks import findings
from connectid.cli.finding import Finding
from connectid.cli.program import set_up
from connectid.config.env_problems import EnvironmentInvalid

MARKS = {"ok": "ok     ", "warning": "warning", "failed": "FAILED "}
COLOURS = {"ok": "green", "warning": "yellow", "failed": "red"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print a list of objects instead of lines.")
@click.option(
    "--keys", "count_keys", is_flag=True, help="Also count what each key protects; reads whole tables."
)
def doctor(as_json: bool, count_keys: bool) -> None:
    """Check this deployment: settings, keys, providers, database, migrations, clock, cache. Exits with 1 if one failed."""
    found = _found(count_keys=count_keys)
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in found], indent=2))
    else:
        width = max(len(finding.check) for finding in found)
        for finding in found:
            mark = click.style(MARKS[finding.status], fg=COLOURS[finding.status])
            click.echo(f"{mark}  {finding.check:<{width}}  {finding.detail}")
    if any(finding.status == "failed" for finding in found):
        raise click.exceptions.Exit(1)


def _found(*, count_keys: bool) -> list[Finding]:
    try:
        set_up()
    except EnvironmentInvalid as invalid:
        return [
            Finding("environment", "failed", f"{name} {problem}")
            for name, problem in sorted(invalid.problems.items())
        ]
    return [Finding("environment", "ok", "every variable is valid"), *findings(count_keys=count_keys)]
