"""Every pattern, measured."""

from collections.abc import Callable, Iterator
from typing import Any

from django.test import override_settings

from benchmarks import fake_fcm
from benchmarks.baselines import messages, outside, records
from benchmarks.baselines.pattern import Cost, Pattern, measure
from benchmarks.report import Figure

PATTERNS = tuple(sorted((*messages.PATTERNS, *outside.PATTERNS, *records.PATTERNS), key=lambda one: one.item))
ROUNDS = 3
"""Of ours; the fastest counts. What took long before is measured once."""


def figures() -> Iterator[Figure]:
    """For each pattern at its larger size: statements and time, before and after."""
    with fake_fcm.running() as chosen, override_settings(**chosen):
        for pattern in PATTERNS:
            size = max(pattern.sizes)
            before, after = _costs(pattern, size)
            name = f"{pattern.item}. {pattern.name}; {size:,} {pattern.of}"
            if pattern.has_statements:
                yield Figure(f"{name}: statements before", before.statements, "")
                yield Figure(f"{name}: statements after", after.statements, "")
            yield Figure(f"{name}: time before", before.seconds * 1000, "ms")
            yield Figure(f"{name}: time after", after.seconds * 1000, "ms", goal=before.seconds * 1000)


def _costs(pattern: Pattern, size: int) -> tuple[Cost, Cost]:
    few = min(pattern.sizes)
    once: Any = None

    def cost(act: Callable[[Any], object], size: int | None = None) -> Cost:
        given = pattern.prepare(size) if size else once
        found = measure(act, given)
        pattern.finish(given)
        return found

    for act in (pattern.after, pattern.before):  # connections, plans, imports
        cost(act, few)
    if not pattern.writes:
        once = pattern.prepare(size)
    anew = size if pattern.writes else None
    before = cost(pattern.before, anew)
    rounds = [cost(pattern.after, anew) for _ in range(ROUNDS)]
    return before, min(rounds, key=lambda one: one.seconds)
