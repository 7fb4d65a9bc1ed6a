"""Every pattern, measured."""

from collections.abc import Iterator
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
    for act in (pattern.after, pattern.before):  # connections, plans, imports
        measure(act, pattern.prepare(few))
    once = None if pattern.writes else pattern.prepare(size)

    def given() -> Any:
        return pattern.prepare(size) if pattern.writes else once

    before = measure(pattern.before, given())
    rounds = [measure(pattern.after, given()) for _ in range(ROUNDS)]
    return before, min(rounds, key=lambda one: one.seconds)
