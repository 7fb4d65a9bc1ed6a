"""The standing goals of the project in one table, each judged by the figures that this run printed."""

from collections.abc import Callable, Iterator

from benchmarks import report
from benchmarks.report import Figure

HOT, PGBENCH = "Hot endpoints at", "Hot reads beside pgbench at"
POLL = "retrieve_notifications"
WRITES = ("send_message", "send_fcm", "update_notification_received")
OF_THEIR_OWN = (POLL, "retrieve_messages", "token", *WRITES)
"""Requests that do more than authenticate and read a little; each has a goal of its own among the hot endpoints."""


def figures() -> Iterator[Figure]:
    """Yield what was measured of each goal; a goal whose table was not printed is left out."""
    for name, unit, goal, values in (
        ("CPU of an authenticated phone request, the dearest", "ms", 1.0, _hot("application CPU", _is_plain)),
        ("CPU of a poll of 3 channels and 20 notifications", "ms", 1.2, _hot("application CPU", _is_poll)),
        ("statements of a hot read, the most", "", 2, _hot("statements", lambda one: one not in WRITES and not _is_token(one))),
        ("statements of a hot write, the most", "", 4, _hot("statements", lambda one: one in WRITES)),
        ("push to 200 users in one call", "s", 0.5, _of("Messages to many people", "send_bulk to 200 people")),
        ("10,000 users, over what so many in flight could do", "x", 1.3, _of("Messages to many people", "the same, over what")),
        ("start_configuration, outside calls of 100 ms at once", "ms", 130, _of("start_configuration", "total, median")),
        ("a poll over its statements by pgbench (a third is 3)", "x", 3, _of(PGBENCH, f"{POLL}: the one over the other")),
        ("1,000 undelivered messages of 100 users: pushes", "", 100, _of("Reminders", "1000 unread messages")),
        ("the same: statements", "", 8, _of("Reminders", "the same: statements")),
        ("growth of the median from 10,000 accounts, the most", "x", 1.2, _of("Growth", "")),
    ):  # fmt: skip
        if values:
            yield Figure(name, max(values), unit, goal=goal)


def _hot(what: str, wanted: Callable[[str], bool]) -> list[float]:
    return [
        row["value"]
        for row in report.measured(HOT)
        if row["name"].endswith(f": {what}") and wanted(row["name"].partition(":")[0])
    ]


def _of(table: str, name: str) -> list[float]:
    return [row["value"] for row in report.measured(table) if row["name"].startswith(name)]


def _is_token(name: str) -> bool:
    return name.startswith("token")


def _is_plain(name: str) -> bool:
    return not name.startswith(OF_THEIR_OWN)


def _is_poll(name: str) -> bool:
    return name == POLL
