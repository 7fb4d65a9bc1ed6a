"""`make bench`: measure everything, print and keep the figures, say which goals are missed."""

import sys

from benchmarks import (
    counts,
    credentials,
    directory,
    fetch_db_key,
    jobs,
    limits,
    payments,
    performance_page,
    push,
    reminders,
    send_bulk,
    standing_goals,
    start_configuration,
    surroundings,
    token,
)
from benchmarks.hot import figures as hot
from benchmarks.report import print_table, save


def main() -> int:
    """Print every table; return 1 when a goal was missed."""
    with surroundings.environment() as environment:
        every = print_table(
            "Device-authenticated read (PostgreSQL, Granian, 2 workers)", fetch_db_key.figures(environment)
        )
        every &= print_table("Tokens", token.figures(environment))
        every &= print_table("Credentials", credentials.figures(environment))
        every &= print_table("Look-ups, among 20,000 people", directory.figures(environment))
        every &= print_table("Payment numbers", payments.figures())
        every &= print_table("Accounts by month", counts.figures())
        every &= print_table("Counting a request", limits.figures())
        every &= print_table("Pushes, by one process", push.figures())
        every &= print_table("Jobs that do nothing, CPU of one process for each", jobs.figures())
        from benchmarks.baselines import figures as baselines  # Django is set up by now

        every &= print_table(baselines.TITLE, baselines.figures())
        every &= print_table("Messages to many people, over HTTP", send_bulk.figures(environment))
        every &= print_table("Reminders", reminders.figures())
        every &= print_table(
            "start_configuration, each outside call 100 ms", start_configuration.figures(environment)
        )
    every &= hot.print_tables()
    every &= print_table("Standing goals", standing_goals.figures())
    save()
    performance_page.write()
    return 0 if every else 1


sys.exit(main())
