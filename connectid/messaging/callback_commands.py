"""The ``callbacks`` commands of ``connectid``: what is for partners, what was given up and why, and making it again."""

import click

from connectid.core import clock, durations


@click.group()
def callbacks() -> None:
    """Look at the calls to partners; make those that were given up (dead letters) again."""


@callbacks.command()
def depth() -> None:
    """Say of each partner how it is and what waits for it."""
    from connectid.messaging import queries
    from connectid.messaging.models import MessageServer

    at = clock.now()
    for server in queries.with_backlog(MessageServer.objects.order_by("name")):
        said = [
            f"{getattr(server, 'calls_waiting', 0) or 0} waiting",
            f"{getattr(server, 'calls_given_up', 0) or 0} given up",
        ]
        if (oldest := getattr(server, "oldest_call", None)) is not None:
            said.insert(1, f"the oldest for {durations.in_words((at - oldest).total_seconds())}")
        if server.failures_in_a_row:
            said.append(f"{server.failures_in_a_row} failures in a row")
        if server.paused_until is not None and server.paused_until > at:
            said.append(f"left alone until {server.paused_until:%Y-%m-%dT%H:%M:%SZ}")
        if not server.is_active:
            said.append("switched off")
        click.echo(f"{server.name} ({server.client_id}): {', '.join(said)}")


@callbacks.command("list")
@click.option("--server", default="", help="Only of the partner with this client id.")
@click.option(
    "--limit", default=50, show_default=True, type=click.IntRange(1, 10_000), help="Most lines to show."
)
def list_(server: str, limit: int) -> None:
    """Show calls that were given up, one a line: id, partner, kind, channel, when, and what the last attempt died of."""
    from connectid.messaging import queries

    for letter in queries.given_up(server=server)[:limit]:
        click.echo(
            f"{letter.pk}  {letter.channel.server.client_id}  {letter.kind}  {letter.channel_id}"
            f"  {letter.given_up_at:%Y-%m-%dT%H:%M:%SZ}  {letter.failure}"
        )


@callbacks.command()
@click.argument("ids", metavar="[ID]...", nargs=-1, type=int)
@click.option("--all", "every", is_flag=True, help="Every call that was given up.")
@click.option("--server", default="", help="With --all: only those of the partner with this client id.")
def replay(ids: tuple[int, ...], every: bool, server: str) -> None:
    """Let calls that were given up be made again, with all their attempts."""
    from connectid.messaging import queries
    from connectid.messaging.operations import outcomes

    if bool(ids) == every:
        raise click.UsageError("Name the ids, or say --all.")
    if server and not every:
        raise click.UsageError("--server goes with --all.")
    letters = queries.given_up(server=server)
    count = outcomes.replay(letters if every else letters.filter(pk__in=ids), at=clock.now())
    click.echo(f"{count} will be made again.")
