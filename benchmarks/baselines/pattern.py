"""A pattern of the report and what replaced it; what each costs at two sizes."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection


@dataclass(frozen=True)
class Pattern:
    """One item of the report. ``before`` and ``after`` get what ``prepare`` made for a size."""

    item: int
    name: str
    of: str
    """What the sizes count."""
    sizes: tuple[int, int]
    """For a run with a clock. Tests count at sizes of their own."""
    prepare: Callable[[int], Any]
    before: Callable[[Any], object]
    after: Callable[[Any], object]
    has_statements: bool = True
    writes: bool = False
    """Whether an act uses up what was prepared; else one preparation serves all."""
    finish: Callable[[Any], object] = lambda _: None
    """Gets what was prepared too, when no clock runs any more."""


@dataclass(frozen=True)
class Cost:
    """Statements, and seconds on the clock."""

    statements: int
    seconds: float


def measure(act: Callable[[Any], object], given: Any) -> Cost:
    """Run ``act`` and count."""
    statements = 0

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal statements
        if "sandbox_sandboxmessage" not in sql:  # what the sandbox notes instead of pushing
            statements += 1
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        began = time.perf_counter()
        act(given)
        seconds = time.perf_counter() - began
    return Cost(statements, seconds)
