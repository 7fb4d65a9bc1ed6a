"""What one request costs: statements, counted in this process; CPU and time, measured at a server."""

from dataclasses import dataclass
from typing import Any

from benchmarks import load, server


@dataclass(frozen=True)
class Cost:
    """Seconds for each request: of the workers' CPU, and as half of the callers saw it at most."""

    cpu: float
    median: float


def measured(running: server.Server, wanted: load.Load) -> Cost:
    """Send it once to warm up and once to measure. Raises ``RuntimeError`` where anything else was answered."""
    load.apply(wanted)
    before = running.cpu_seconds()
    outcome = load.apply(wanted)
    if outcome.failures:
        raise RuntimeError(f"{wanted.path}: answered {outcome.failures}")
    return Cost((running.cpu_seconds() - before) / wanted.count, outcome.median)


def statements(path: str, headers: dict[str, str], body: str | None = None) -> int:
    """Ask once, inside this process, and count. Raises ``RuntimeError`` where it was refused."""
    from django.test import Client

    from connectid.web.query_budget import counted

    with counted() as budget:
        given: dict[str, Any] = {"data": body, "content_type": "application/json"} if body else {}
        answer = Client().generic("POST" if body else "GET", path, headers=headers, **given)
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: answered {answer.status_code}")
    return budget.total
