"""`make bench`: measure everything, print and keep the figures, say which goals are missed.

``python -m benchmarks push jobs hot`` measures those tables alone and keeps nothing: a page quotes figures of one run.
"""

import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack

from benchmarks import (
    counts,
    credentials,
    directory,
    fetch_db_key,
    jobs,
    limits,
    pace,
    page_tables,
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
from benchmarks.report import Figure, print_table, save

type Figures = Callable[[dict[str, str]], Iterable[Figure]]

HOT = "hot"
"""Names the tables of hot endpoints, which have databases of their own."""


def _baselines(_: dict[str, str]) -> Iterable[Figure]:
    import django

    django.setup()
    from benchmarks.baselines import figures

    return figures.figures()


TABLES: dict[str, tuple[str, Figures]] = {
    "fetch_db_key": ("Device-authenticated read (PostgreSQL, Granian)", fetch_db_key.figures),
    "token": ("Tokens", token.figures),
    "credentials": ("Credentials", credentials.figures),
    "directory": ("Look-ups, among 20,000 people", directory.figures),
    "payments": ("Payment numbers", lambda _: payments.figures()),
    "counts": ("Accounts by month", lambda _: counts.figures()),
    "limits": ("Counting a request", lambda _: limits.figures()),
    "push": ("Pushes, by one process", lambda _: push.figures()),
    "jobs": ("Jobs that do nothing, CPU of one process for each", lambda _: jobs.figures()),
    "baselines": (page_tables.PATTERNS, _baselines),
    "send_bulk": ("Messages to many people, over HTTP", send_bulk.figures),
    "reminders": ("Reminders", lambda _: reminders.figures()),
    "start_configuration": ("start_configuration, each outside call 100 ms", start_configuration.figures),
}
"""By the name that chooses it: the title of a table and what measures it on an empty database."""


def main(chosen: Sequence[str]) -> int:
    """Print the chosen tables, or all; return 1 when a goal was missed, 2 for a name that is none."""
    if unknown := set(chosen) - {*TABLES, HOT}:
        print(f"no table is called {', '.join(sorted(unknown))}: {', '.join([*TABLES, HOT])}")
        return 2
    wanted = [table for name, table in TABLES.items() if not chosen or name in chosen]
    every = True
    with ExitStack() as stack:
        environment = stack.enter_context(surroundings.environment()) if wanted else {}
        for title, figures in wanted:
            pace.sample()
            every &= print_table(title, figures(environment))
    if not chosen or HOT in chosen:
        every &= hot.print_tables()
    print_table(pace.TITLE, pace.figures())
    if not chosen:
        every &= standing_goals.print_table()
        save()
        performance_page.write()
    return 0 if every else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
