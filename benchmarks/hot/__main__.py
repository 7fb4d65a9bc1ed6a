"""One population, in a process of its own: its costs and statements as JSON on standard output, for ``benchmarks.hot.figures``.

Django's settings are of one database, so each population has its process. It waits for a line on standard input before each round, so
that populations take turns on one machine.
"""

import json
import sys
from dataclasses import asdict, replace

from benchmarks import storage
from benchmarks.fleet import machine
from benchmarks.hot import layers, pgbench
from benchmarks.hot.costs import Hot, cost, statements_of
from benchmarks.hot.populations import population
from benchmarks.hot.sizes import sizes

PGBENCH_PHONES = 40
"""Of all. Each is a script, which pgbench prepares by itself: with 120 the same statements cost it half as much again, for keeping plans."""


def main(accounts: int) -> None:
    """Measure whatever the lines of standard input name, one JSON line for each."""
    with population(accounts) as full:
        import django

        django.setup()
        from benchmarks.fleet.crew import Crew
        from benchmarks.hot.requests import PHONES, hot_endpoints

        with machine.serving(full.environment, jobs=False) as served:
            database = full.environment["DATABASE_URL"]
            every: dict[str, Hot] = {one.name: one for one in hot_endpoints(Crew(accounts), sizes().count)}
            for hot in every.values():
                # A first use is noted, which the next ones need not do.
                warm = hot.texts[:PHONES] if hot.is_read else [hot.texts.pop()]
                for text in warm:
                    statements_of(text, expected=hot.expected)
            recorded = {
                name: [statements_of(text, expected=hot.expected) for text in hot.texts[:PGBENCH_PHONES]]
                for name, hot in every.items()
                if hot.is_read
            }
            once = {
                name: len(
                    recorded[name][0]
                    if hot.is_read
                    else statements_of(hot.texts.pop(), expected=hot.expected)
                )
                for name, hot in every.items()
            }
            _tell(
                {
                    name: {
                        "statements": once[name],
                        "most_statements": hot.statements,
                        "milliseconds": hot.milliseconds,
                        "is_read": hot.is_read,
                    }
                    for name, hot in every.items()
                }
            )
            for line in sys.stdin:
                what, part, name = line.strip().split(" ", 2)
                if what == "beside":
                    _tell(asdict(cost(served, _of_few(every[name]), strictly=True)))
                elif what == "cost":
                    _tell(asdict(cost(served, _part(every[name], int(part)), strictly=part != "0")))
                elif what == "layers":
                    hot = every[name]
                    _tell(layers.measured(hot.texts, expected=hot.expected))
                elif what == "storage":
                    _tell(storage.measured(database, accounts))
                else:
                    found = pgbench.find()
                    alone = found and recorded[name][0] and pgbench.run(found, recorded[name], database)
                    _tell(asdict(alone) if alone else None)


def _part(hot: Hot, part: int) -> Hot:
    size = len(hot.texts) // sizes().parts
    return replace(hot, texts=hot.texts[part * size : (part + 1) * size])


def _of_few(hot: Hot) -> Hot:
    """As many requests as a part has, of those phones alone whose statements pgbench runs: both sides ask for the same."""
    return replace(
        hot, texts=[hot.texts[place % PGBENCH_PHONES] for place in range(len(hot.texts) // sizes().parts)]
    )


def _tell(value: object) -> None:
    print(f"\n{json.dumps(value)}", flush=True)


main(int(sys.argv[1]))
