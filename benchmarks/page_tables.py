"""Figures as tables of Markdown, for the pages that quote them."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.report import short

type Rows = Sequence[dict[str, Any]]

PATTERNS = "The report's patterns, as it found them and as they are"
BY_ENDPOINT = ("Hot endpoints at", "Hot reads beside pgbench at")
"""Beginnings of titles of tables with a line for each endpoint: their figures are called ``ENDPOINT: WHAT``."""
GOALS = "Standing goals"


@dataclass
class Item:
    """What was measured of an item of the report: by ``statements before``, ``time after`` and so on."""

    number: int
    name: str
    size: str
    values: dict[str, float] = field(default_factory=dict)

    @property
    def faster(self) -> float:
        """How many times as fast ours is."""
        return self.values["time before"] / self.values["time after"]


def items(rows: Rows) -> list[Item]:
    """Put the figures of each pattern together."""
    found: dict[int, Item] = {}
    for row in rows:
        if row["table"] == PATTERNS:
            told, _, what = row["name"].rpartition(": ")
            number, _, rest = told.partition(". ")
            name, _, size = rest.rpartition("; ")
            found.setdefault(int(number), Item(int(number), name, size)).values[what] = row["value"]
    return sorted(found.values(), key=lambda one: one.number)


def sentence(one: Item) -> str:
    """What a pattern and ours cost, on one line."""
    values = one.values
    before, after = time_of(values["time before"]), time_of(values["time after"])
    if "statements before" in values:
        before = f"{values['statements before']:,.0f} statements and {before}"
        after = f"{values['statements after']:,.0f} and {after}"
    return f"**{one.size}: {before}; ours {after}, {rounded(one.faster)} times as fast.**"


def ratios(found: Sequence[Item]) -> list[str]:
    """Every pattern beside ours."""
    lines = [
        _line("Item", "Pattern", "Measured with", "Statements: before, ours", "Time: before, ours", "Times as fast"),
        _line(*["---"] * 6),
    ]  # fmt: skip
    for one in found:
        values = one.values
        counted = "statements before" in values
        statements = (
            f"{values['statements before']:,.0f}, {values['statements after']:,.0f}" if counted else "-"
        )
        times = f"{time_of(values['time before'])}, {time_of(values['time after'])}"
        lines.append(_line(str(one.number), one.name, one.size, statements, times, rounded(one.faster)))
    return lines


def table(title: str, rows: Rows) -> list[str]:
    """The table whose title up to its colon that is, or no lines where nothing was measured."""
    found = [row for row in rows if short(row["table"]) == title]
    if not found:
        return []
    if title.startswith(BY_ENDPOINT):
        return list(_by_endpoint(found))
    if title == GOALS:
        return list(_goals(found))
    return [
        _line("Measured", "Figure"),
        _line("---", "---"),
        *(_line(row["name"], value(row)) for row in found),
    ]


def _by_endpoint(rows: Rows) -> Iterator[str]:
    cells: dict[str, dict[str, str]] = {}
    for row in rows:
        endpoint, _, what = row["name"].rpartition(": ")
        cells.setdefault(endpoint, {})[what] = value(row)
    columns = list(dict.fromkeys(what for found in cells.values() for what in found))
    yield _line("Endpoint", *columns)
    yield _line(*["---"] * (len(columns) + 1))
    for endpoint, found in cells.items():
        yield _line(endpoint, *(found.get(what, "") for what in columns))


def _goals(rows: Rows) -> Iterator[str]:
    yield _line("Goal", "It shall be", "Measured", "")
    yield _line(*["---"] * 4)
    for row in rows:
        wanted = f"{row.get('bound') or 'at most'} {row['goal']:g} {row['unit']}".rstrip()
        verdict = "" if row["value"] is None else "met" if row["met"] else "**missed**"
        yield _line(row["name"], wanted, value(row), verdict)


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def value(row: dict[str, Any]) -> str:
    """A figure with its unit."""
    number, unit = row["value"], row["unit"]
    if number is None:
        return "not measured"
    return (
        f"{rounded(number)} {unit}"
        if unit
        else f"{number:,.0f}"
        if number == int(number)
        else rounded(number)
    )


def time_of(milliseconds: float) -> str:
    """Seconds, milliseconds or microseconds."""
    for unit, size in (("s", 1000.0), ("ms", 1.0)):
        if milliseconds >= size:
            return f"{rounded(milliseconds / size)} {unit}"
    return f"{rounded(milliseconds * 1000)} µs"


def rounded(number: float) -> str:
    """Two digits of it, or all before the point where there are more."""
    if number == 0 or abs(number) >= 100:
        return f"{number:,.0f}"
    digits = max(0, 1 - math.floor(math.log10(abs(number))))
    return f"{number:.{digits}f}"
