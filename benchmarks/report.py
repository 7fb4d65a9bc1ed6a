"""How figures are printed."""

from collections.abc import Iterable
from dataclasses import dataclass


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
    for figure in figures:
        goal = "" if figure.goal is None else f"at most {figure.goal:g} {figure.unit}".rstrip()
        verdict = "" if figure.goal is None else ("met" if figure.is_met else "MISSED")
        print(f"  {figure.name:<62} {figure.value:>10.2f} {figure.unit:<3} {goal:<18} {verdict}".rstrip())
        every &= figure.is_met
    return every
