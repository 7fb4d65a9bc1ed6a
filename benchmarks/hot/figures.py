"""The tables of hot endpoints: their costs at one size, beside pgbench, and at another size."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from benchmarks import pace, storage
from benchmarks.hot import layers
from benchmarks.hot.sizes import accounts, sizes
from benchmarks.report import Figure, print_table

FLOOR = 3.0
"""By so much may a request cost more than its statements by pgbench; the goal is 2 (``benchmarks.standing_goals``)."""

POLLS = ("retrieve_notifications", "retrieve_messages")
"""Reads that give the database something to do. Of a look-up by a key, reading the request alone costs more than the look-up."""

GROWTH = 1.2

type Costs = dict[str, float]


@dataclass
class _Measured:
    """A process that measures one population, and the best that it found."""

    accounts: int
    process: "subprocess.Popen[str]"
    endpoints: dict[str, dict[str, Any]] = field(default_factory=dict)
    costs: dict[str, Costs] = field(default_factory=dict)
    medians: dict[str, list[float]] = field(default_factory=dict)
    """Of each round. Populations take turns, so that those of the same round met the same machine."""
    beside: dict[str, tuple[Costs, Costs]] = field(default_factory=dict)
    """Of each read: the best of ours and of pgbench, of rounds in which both took turns."""
    layers: dict[str, dict[str, float]] = field(default_factory=dict)
    """Of some endpoints: microseconds by layer."""

    def ask(self, line: str) -> Any:
        pace.sample()
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
        if part:
            self.costs[name] = _best(self.costs.get(name), found)
            self.medians.setdefault(name, []).append(found["median"])

    def take_turns(self, name: str) -> None:
        """Ours and pgbench, one after the other, several times; of both the beginning, which finds nothing in the processor's caches, is left out."""
        ours = alone = None
        for _ in range(sizes().rounds):
            self.ask(f"beside 0 {name}")
            ours = _best(ours, self.ask(f"beside 0 {name}"))
            found = self.ask(f"pgbench 0 {name}")
            if found is None:
                return
            alone = _best(alone, found)
        if ours and alone:
            self.beside[name] = (ours, alone)


def _best(best: Costs | None, found: Costs) -> Costs:
    return {
        key: value if best is None else max(best[key], value) if key == "rate" else min(best[key], value)
        for key, value in found.items()
    }


def print_tables() -> bool:
    """Measure and print; return whether every goal is met."""
    measured = [_Measured(size, _started(size)) for size in dict.fromkeys((sizes().small, accounts()))]
    try:
        for one in measured:
            one.endpoints = one.answer()
        for name, endpoint in measured[0].endpoints.items():
            for part in range(sizes().parts):
                for one in measured:
                    one.take(part, name)
            if endpoint["is_read"]:  # before any write, which would give polls more to tell
                measured[-1].take_turns(name)
            if name in layers.DEFAULT:
                measured[-1].layers[name] = measured[-1].ask(f"layers 0 {name}")
        return _print(measured)
    finally:
        for one in measured:
            one.process.communicate(timeout=60)  # ends what it reads, and reads what it still says


def _print(measured: list[_Measured]) -> bool:
    small, full = measured[0], measured[-1]
    at, rounds = f"at {full.accounts:,} accounts", sizes().rounds
    every = print_table(f"Hot endpoints {at}: each figure the best of {rounds} rounds", _costs(full))
    in_turns = f"each figure the best of {rounds} rounds, in turns"
    every &= print_table(f"Hot reads beside pgbench {at}: {in_turns}", _beside_pgbench(full))
    for name, found in full.layers.items():
        by_server = full.costs[name]["application"]
        every &= print_table(layers.TITLES[name], layers.figures(found, by_server=by_server))
    if small is not full:
        title = f"Growth: the median at {full.accounts:,} accounts over that at {small.accounts:,}"
        every &= print_table(f"{title}, each the median of {rounds} rounds in turns", _growth(small, full))
        tables = full.ask("storage 0 every")
        every &= print_table(storage.TITLE.format(accounts=full.accounts), storage.figures(tables))
    return every


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
    """CPU times are compared, and requests a second, for which both also share the machine's cores."""
    for name, (cost, alone) in measured.beside.items():
        ours = cost["application"] + cost["database"]
        yield Figure(f"{name}: CPU of a request, application and database", ours, "ms")
        yield Figure(f"{name}: CPU of its statements, pgbench and database", alone["milliseconds"], "ms")
        floor = FLOOR if name in POLLS else None
        yield Figure(f"{name}: the one over the other", ours / alone["milliseconds"], "x", goal=floor)
        yield Figure(f"{name}: requests a second", cost["rate"], "/s")
        yield Figure(f"{name}: by pgbench, over ours", alone["rate"] / cost["rate"], "x")


def _growth(small: _Measured, full: _Measured) -> Iterator[Figure]:
    for name, medians in full.medians.items():
        rounds = zip(medians, small.medians[name], strict=True)
        yield Figure(name, median(of_full / of_small for of_full, of_small in rounds), "x", goal=GROWTH)
