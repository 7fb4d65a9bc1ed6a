"""The ``jobs`` commands of ``connectid``: what waits, what failed and why, and what to do about it."""

from typing import TYPE_CHECKING

import click

from connectid.core import clock

if TYPE_CHECKING:
    from connectid.jobs.models import Job

STATES = ("failed", "ready", "running")


@click.group()
def jobs() -> None:
    """Look at the jobs in the table; run those that failed for good (dead letters) again, or discard them."""


@jobs.command()
def depth() -> None:
    """Count the jobs by queue and standing, and say how long the oldest due one has waited."""
    from connectid.jobs import queries

    at = clock.now()
    for row in queries.backlog(at=at):
        oldest = (
            f", the oldest for {max(0, (at - row.first_run_at).total_seconds()):.0f} s"
            if row.standing == "due"
            else ""
        )
        click.echo(f"{row.queue}: {row.jobs} {row.standing}{oldest}")


@jobs.command("list")
@click.option(
    "--state", type=click.Choice(STATES), default="failed", show_default=True, help="Which jobs to show."
)
@click.option("--task", default="", help="Only jobs of this task.")
@click.option(
    "--limit", default=50, show_default=True, type=click.IntRange(1, 10_000), help="Most lines to show."
)
def list_(state: str, task: str, limit: int) -> None:
    """Show jobs, one a line: id, task, arguments, attempts, and what the last one died of."""
    from connectid.jobs import queries
    from connectid.jobs.models import State

    for job in queries.jobs(state=State(state), task=task, limit=limit):
        cause = f"  {job.error_class}: {job.error}" if job.error_class else ""
        click.echo(f"{job.pk}  {_call(job)}  {job.attempts}/{job.max_attempts}{cause}")


@jobs.command()
@click.argument("id_", metavar="ID", type=int)
def show(id_: int) -> None:
    """Show everything that is known of one job."""
    from connectid.jobs import queries

    job = queries.job(id_=id_)
    if job is None:
        raise click.ClickException(f"There is no job {id_}: a job that is done leaves no row.")
    for field in job._meta.fields:
        value = getattr(job, field.attname)
        if value not in ("", None):
            click.echo(f"{field.name}: {value}")


@jobs.command()
@click.argument("ids", metavar="[ID]...", nargs=-1, type=int)
@click.option("--all", "every", is_flag=True, help="Every dead letter.")
@click.option("--task", default="", help="With --all: only those of this task.")
def replay(ids: tuple[int, ...], every: bool, task: str) -> None:
    """Let dead letters run again, with all their attempts."""
    from connectid.jobs import operations

    _refuse_unclear(ids, every, task)
    at = clock.now()
    count = operations.replay_all(at=at, task=task) if every else operations.replay(ids=ids, at=at)
    click.echo(f"{count} will run again.")


@jobs.command()
@click.argument("ids", metavar="[ID]...", nargs=-1, type=int)
@click.option("--all", "every", is_flag=True, help="Every dead letter.")
@click.option("--task", default="", help="With --all: only those of this task.")
def discard(ids: tuple[int, ...], every: bool, task: str) -> None:
    """Delete dead letters; what they were to do will not be done."""
    from connectid.jobs import operations

    _refuse_unclear(ids, every, task)
    count = operations.discard_all(at=clock.now(), task=task) if every else operations.discard(ids=ids)
    click.echo(f"{count} discarded.")


def _refuse_unclear(ids: tuple[int, ...], every: bool, task: str) -> None:
    if bool(ids) == every:
        raise click.UsageError("Name the ids, or say --all.")
    if task and not every:
        raise click.UsageError("--task goes with --all.")


def _call(job: "Job") -> str:
    arguments = [*map(repr, job.args), *(f"{name}={value!r}" for name, value in job.kwargs.items())]
    return f"{job.task}({', '.join(arguments)})"
