"""The tables of hot endpoints: their costs at one size, beside pgbench, and at another size."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from benchmarks import storage
from benchmarks.hot.populations import SMALL
from benchmarks.report import Figure, print_table

ROUNDS = range(1, 10)
"""Of requests, after one that warms up; the best of each endpoint counts: what else the machine does can only add."""

BESIDE = ROUNDS[::2]
"""Those that are measured again in turns with pgbench."""

FLOOR = 3.0
"""By so much may a request cost more than its statements by pgbench; the wish is 2."""

POLLS = ("retrieve_notifications", "retrieve_messages")
"""Reads that give the database something to do. Of a look-up by a key, reading the request alone costs more than the look-up."""

GROWTH = 1.2


@dataclass
class _Measured:
    """A process that measures one population, and the best that it found."""

    accounts: int
    process: "subprocess.Popen[str]"
    endpoints: dict[str, dict[str, Any]] = field(default_factory=dict)
    costs: dict[str, dict[str, float]] = field(default_factory=dict)

    def ask(self, line: str) -> Any:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        return self.answer()

    def answer(self) -> Any:
        """Return the next line that is JSON between the log lines of the application."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line == "\n":
                return json.loads(next(self.process.stdout))
        raise RuntimeError("the measuring process ended")

    def take(self, part: int, name: str) -> None:
        found = self.ask(f"cost {part} {name}")
        if part == 0:
            return
        best = self.costs.setdefault(name, found)
        for key, value in found.items():
            best[key] = max(best[key], value) if key == "rate" else min(best[key], value)


def accounts() -> int:
    """How many accounts to measure at: ``ACCOUNTS``, of which the goals want a million."""
    return int(os.environ.get("ACCOUNTS", SMALL))


def print_tables() -> bool:
    """Measure and print; return whether every goal is met."""
    sizes = dict.fromkeys((SMALL, accounts()))
    measured = [_Measured(size, _started(size)) for size in sizes]
    try:
        for one in measured:
            one.endpoints = one.answer()
        for name in measured[0].endpoints:
            for part in (0, *ROUNDS):
                for one in measured:
                    one.take(part, name)
        full = measured[-1]
        every = print_table(f"Hot endpoints at {full.accounts:,} accounts", _costs(full))
        every &= print_table(f"Hot reads beside pgbench at {full.accounts:,} accounts", _beside_pgbench(full))
        if len(measured) > 1:
            title = f"Growth: the median at {full.accounts:,} accounts over that at {SMALL:,}"
            every &= print_table(title, _growth(*measured))
            tables = full.ask("storage 0 every")
            every &= print_table(storage.TITLE.format(accounts=full.accounts), storage.figures(tables))
        return every
    finally:
        for one in measured:
            assert one.process.stdin is not None
            one.process.stdin.close()
            one.process.wait(60)


def _started(size: int) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "benchmarks.hot", str(size)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _costs(measured: _Measured) -> Iterator[Figure]:
    for name, endpoint in measured.endpoints.items():
        cost = measured.costs[name]
        yield Figure(f"{name}: statements", endpoint["statements"], "", goal=endpoint["most_statements"])
        yield Figure(f"{name}: application CPU", cost["application"], "ms", goal=endpoint["milliseconds"])
        yield Figure(f"{name}: database CPU", cost["database"], "ms")
        for percentile in ("median", "p95", "p99"):
            yield Figure(f"{name}: {percentile}", cost[percentile], "ms")


def _beside_pgbench(measured: _Measured) -> Iterator[Figure]:
    """Ours and pgbench take turns; CPU times are compared, and requests a second, for which both also share two cores."""
    for name in [name for name, endpoint in measured.endpoints.items() if endpoint["is_read"]]:
        alone = None
        for part in BESIDE:
            measured.take(part, name)
            found = measured.ask(f"pgbench 0 {name}")
            if found is None:
                break
            alone = alone or found
            alone = {
                "rate": max(alone["rate"], found["rate"]),
                "milliseconds": min(alone["milliseconds"], found["milliseconds"]),
            }
        if alone is None:
            continue
        cost = measured.costs[name]
        ours = cost["application"] + cost["database"]
        yield Figure(f"{name}: CPU of a request, application and database", ours, "ms")
        yield Figure(f"{name}: CPU of its statements, pgbench and database", alone["milliseconds"], "ms")
        floor = FLOOR if name in POLLS else None
        yield Figure(f"{name}: the one over the other", ours / alone["milliseconds"], "x", goal=floor)
        yield Figure(f"{name}: requests a second", cost["rate"], "/s")
        yield Figure(f"{name}: by pgbench, over ours", alone["rate"] / cost["rate"], "x")


def _growth(small: _Measured, full: _Measured) -> Iterator[Figure]:
    for name, cost in full.costs.items():
        yield Figure(name, cost["median"] / small.costs[name]["median"], "x", goal=GROWTH)
