"""How figures are printed, and kept for the pages that quote them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

FIGURES = Path(__file__).resolve().parent.parent / "docs" / "reference" / "figures.json"
"""A list of ``{"table", "name", "value", "unit", "goal", "bound", "met"}``; the last three are null where no goal was set, ``value`` where
nothing was measured."""

type Bound = Literal["at most", "at least"]

_measured: dict[str, list[dict[str, Any]]] = {}
"""By table: what this process printed."""


@dataclass(frozen=True)
class Figure:
    """One measured value, or none where it was not measured; ``goal`` is the most it should be, or the least."""

    name: str
    value: float | None
    unit: str
    goal: float | None = None
    bound: Bound = "at most"

    @property
    def is_met(self) -> bool:
        """Whether the goal, if there is one, is reached: by what was not measured it is not."""
        if self.goal is None:
            return True
        if self.value is None:
            return False
        return self.value <= self.goal if self.bound == "at most" else self.value >= self.goal

    @property
    def verdict(self) -> str:
        """What is printed behind the goal; nothing without one."""
        if self.goal is None:
            return ""
        return "NOT MEASURED" if self.value is None else "met" if self.is_met else "MISSED"


def print_table(title: str, figures: Iterable[Figure]) -> bool:
    """Print ``figures`` as they come; return whether every goal is met."""
    print(f"\n{title}")
    every = True
    rows = _measured.setdefault(title, [])
    for figure in figures:
        rows.append(_row(title, figure))
        value = "-" if figure.value is None else f"{figure.value:.2f}"
        goal = "" if figure.goal is None else f"{figure.bound} {figure.goal:g} {figure.unit}".rstrip()
        print(f"  {figure.name:<62} {value:>10} {figure.unit:<3} {goal:<18} {figure.verdict}".rstrip())
        every &= figure.is_met
    return every


def short(title: str) -> str:
    """A table's title up to its colon: by that a table is known; what follows says how it was measured."""
    return title.partition(":")[0]


def measured(beginning: str) -> list[dict[str, Any]]:
    """What this process printed in tables whose titles begin so."""
    return [row for title, rows in _measured.items() if title.startswith(beginning) for row in rows]


def save(path: Path = FIGURES) -> None:
    """Write what was printed so far; tables of ``path`` that were not measured this time stay as they are."""
    again = {short(title) for title in _measured}
    kept = [row for row in load(path) if short(row["table"]) not in again]
    rows = [*kept, *(row for rows in _measured.values() for row in rows)]
    path.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def load(path: Path = FIGURES) -> list[dict[str, Any]]:
    """Read what was saved; nothing where there is no file yet."""
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    return found


def _row(title: str, figure: Figure) -> dict[str, Any]:
    return {
        "table": title,
        "name": figure.name,
        "value": None if figure.value is None else float(f"{figure.value:.4g}"),
        "unit": figure.unit,
        "goal": None if figure.goal is None else float(f"{figure.goal:.4g}"),
        "bound": None if figure.goal is None else figure.bound,
        "met": None if figure.goal is None else figure.is_met,
    }
