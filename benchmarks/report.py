"""How figures are printed, and kept for the pages that quote them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FIGURES = Path(__file__).resolve().parent.parent / "docs" / "reference" / "figures.json"
"""A list of ``{"table", "name", "value", "unit", "goal", "met"}``; ``goal`` and ``met`` are null where none was set."""

_measured: dict[str, list[dict[str, Any]]] = {}
"""By table: what this process printed."""


@dataclass(frozen=True)
class Figure:
    """One measured value; ``goal`` is the most it should be."""

    name: str
    value: float
    unit: str
    goal: float | None = None

    @property
    def is_met(self) -> bool:
        """Whether the goal, if there is one, is reached."""
        return self.goal is None or self.value <= self.goal


def print_table(title: str, figures: Iterable[Figure]) -> bool:
    """Print ``figures`` as they come; return whether every goal is met."""
    print(f"\n{title}")
    every = True
    rows = _measured.setdefault(title, [])
    for figure in figures:
        rows.append(_row(title, figure))
        goal = "" if figure.goal is None else f"at most {figure.goal:g} {figure.unit}".rstrip()
        verdict = "" if figure.goal is None else ("met" if figure.is_met else "MISSED")
        print(f"  {figure.name:<62} {figure.value:>10.2f} {figure.unit:<3} {goal:<18} {verdict}".rstrip())
        every &= figure.is_met
    return every


def measured(beginning: str) -> list[dict[str, Any]]:
    """What this process printed in tables whose titles begin so."""
    return [row for title, rows in _measured.items() if title.startswith(beginning) for row in rows]


def save(path: Path = FIGURES) -> None:
    """Write what was printed so far; tables of ``path`` that were not measured this time stay as they are."""
    kept = [row for row in load(path) if row["table"] not in _measured]
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
        "value": float(f"{figure.value:.4g}"),
        "unit": figure.unit,
        "goal": None if figure.goal is None else float(f"{figure.goal:.4g}"),
        "met": None if figure.goal is None else figure.is_met,
    }
