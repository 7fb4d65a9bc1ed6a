"""The standing goals of the project in one table, each with design's own number and judged by the figures that this run printed."""

from collections.abc import Callable, Iterator, Sequence

from benchmarks import report
from benchmarks.hot.sizes import accounts
from benchmarks.page_tables import GOALS as TITLE
from benchmarks.report import Bound, Figure

WHOLE = 1_000_000
"""Accounts of a run that has to measure every goal."""

HOT, PGBENCH = "Hot endpoints at", "Hot reads beside pgbench at"
MANY, SIGN_UP, REMINDERS = "Messages to many people", "start_configuration", "Reminders"
POLL = "retrieve_notifications"
PHONE_READS = (POLL, "retrieve_messages", "toggles", "fetch_db_key", "credentials")
PHONE_WRITES = ("send_message", "update_notification_received", "heartbeat, nothing new")
PARTNER_READS = ("userinfo", "introspect")
PARTNER_WRITES = ("send_fcm",)
TOKEN = "token, password grant"


def print_table() -> bool:
    """Print every goal; return whether all are met. In a run at fewer accounts than a million, those it did not measure do not count."""
    goals = list(figures())
    report.print_table(TITLE, goals)
    return all(goal.is_met for goal in goals if goal.value is not None or accounts() >= WHOLE)


def figures() -> Iterator[Figure]:
    """Yield what was measured of each goal, the worst of it; a goal of which anything was not measured has no value."""
    worst: Callable[[Sequence[float]], float]
    for name, unit, goal, bound, values in _goals():
        worst = max if bound == "at most" else min
        known = [value for value in values if value is not None]
        value = worst(known) if known and len(known) == len(values) else None
        yield Figure(name, value, unit, goal=goal, bound=bound)


type _Goal = tuple[str, str, float, Bound, list[float | None]]


def _goals() -> Iterator[_Goal]:
    """A goal's name, unit and number, and what counts for it."""

    def most(name: str, unit: str, goal: float, values: list[float | None]) -> _Goal:
        return (name, unit, goal, "at most", values)

    cpu, statements = "application CPU", "statements"
    yield most("CPU of an authenticated phone read, the dearest", "ms", 1.0, _hot(PHONE_READS, cpu))
    yield most("CPU of an authenticated phone write, the dearest", "ms", 1.0, _hot(PHONE_WRITES, cpu))
    yield most("statements of a hot read, the most", "", 2, _hot((*PHONE_READS, *PARTNER_READS), statements))
    yield most(
        "statements of a hot write, the most", "", 4, _hot((*PHONE_WRITES, *PARTNER_WRITES), statements)
    )
    yield most("CPU of a partner's userinfo or introspect, the dearer", "ms", 1.0, _hot(PARTNER_READS, cpu))
    yield most("CPU of a token", "ms", 3.0, _hot((TOKEN,), cpu))
    yield most("statements of a token", "", 6, _hot((TOKEN,), statements))
    yield most("push to 200 users in one call", "s", 0.5, _of(MANY, "send_bulk to 200 people"))
    yield most("the same: statements", "", 8, _of(MANY, "the same 200: statements"))
    yield ("the same: pushes in flight", "", 100, "at least", _of(MANY, "the same 200: pushes in flight"))
    yield most("10,000 users, over what so many in flight could do", "x", 1.3, _of(MANY, "the same, over"))
    yield most("start_configuration, over its slowest call", "x", 1.1, _of(SIGN_UP, "total, over"))
    poll = _of(PGBENCH, f"{POLL}: the one over the other")
    yield most("a poll over its statements by pgbench (the floor is a third: 3)", "x", 3, poll)
    yield most("the same (the goal is half: 2)", "x", 2, poll)
    yield most("1,000 undelivered messages of 100 users: pushes", "", 100, _of(REMINDERS, "1000 unread"))
    yield most("the same messages: statements", "", 8, _of(REMINDERS, "the same: statements"))
    yield most("growth of the median from 10,000 accounts, the most", "x", 1.2, _of("Growth", ""))


def _hot(endpoints: Sequence[str], what: str) -> list[float | None]:
    measured = {row["name"]: row["value"] for row in report.measured(HOT)}
    return [measured.get(f"{endpoint}: {what}") for endpoint in endpoints]


def _of(table: str, name: str) -> list[float | None]:
    return [row["value"] for row in report.measured(table) if row["name"].startswith(name)]
