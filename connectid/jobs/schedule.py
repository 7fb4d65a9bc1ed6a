"""Tasks at fixed times: each tick is enqueued once, whichever and however many workers run.

The table holds the next tick of every entry. The worker whose ``UPDATE ... WHERE due_at <= now`` moves it on enqueues the
task in the same transaction. Ticks that passed while no worker ran are one tick.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cronsim import CronSim, CronSimError
from django.db import transaction
from django.utils.module_loading import import_string

from connectid.jobs.definition import JobTask
from connectid.jobs.models import ScheduleEntry


class ScheduleInvalid(Exception):
    """The schedule in the settings is not a tuple of entries with different names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheduled:
    """An entry of the schedule: run ``task`` at the times of the ``cron`` expression, in UTC: five fields, or six, of which the first is seconds.

    A tick adds nothing while the job of the previous one still waits. Raises ``ScheduleInvalid`` for an expression that
    is not one.
    """

    cron: str
    task: JobTask[[], Any]
    name: str = ""
    """What tells entries apart, over restarts and releases. By default the path of the task."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", self.name or self.task.module_path)
        try:
            CronSim(
                self.cron, datetime(2000, 1, 1, tzinfo=UTC)
            )  # any moment: only the expression is on trial
        except CronSimError as error:
            raise ScheduleInvalid(f"{self.name}: {error} in {self.cron!r}") from error

    def after(self, at: datetime) -> datetime:
        """Return the first tick after ``at``."""
        return next(CronSim(self.cron, at))


def load(path: str) -> tuple[Scheduled, ...]:
    """Return the schedule at a dotted path; the empty path is the empty schedule.

    Raises ``ImportError`` or ``ScheduleInvalid``.
    """
    entries = tuple(import_string(path)) if path else ()
    if not all(isinstance(entry, Scheduled) for entry in entries):
        raise ScheduleInvalid(f"{path} is not a tuple of Scheduled")
    if len({entry.name for entry in entries}) < len(entries):
        raise ScheduleInvalid(f"{path} has two entries of one name; give one a name of its own")
    return entries


class Scheduler:
    """One worker's view of the schedule. Between ticks it asks the database nothing."""

    def __init__(self, entries: tuple[Scheduled, ...]) -> None:
        self._entries = entries
        self._due: dict[str, datetime] | None = None

    def tick(self, at: datetime) -> int:
        """Enqueue what is due at ``at`` and no other worker has enqueued; return how many that was."""
        if not self._entries:
            return 0
        if self._due is None:
            self._due = self._agree(at)
        count = 0
        for entry in self._entries:
            if self._due[entry.name] <= at:
                count += _enqueue_if_first(entry, at)
                self._due[entry.name] = entry.after(at)
        return count

    def _agree(self, at: datetime) -> dict[str, datetime]:
        """Bring the table up to this release's schedule and return the next tick of each entry.

        Entries that it does not know are left alone: they may be those of a newer release that is being rolled out.
        """
        ScheduleEntry.objects.bulk_create(
            [
                ScheduleEntry(name=entry.name, cron=entry.cron, due_at=entry.after(at))
                for entry in self._entries
            ],
            ignore_conflicts=True,
        )
        known = {
            row.name: row
            for row in ScheduleEntry.objects.filter(name__in=[entry.name for entry in self._entries])
        }
        due = {}
        for entry in self._entries:
            row = known[entry.name]
            due[entry.name] = row.due_at
            if row.cron != entry.cron:
                due[entry.name] = entry.after(at)
                ScheduleEntry.objects.filter(name=entry.name).exclude(cron=entry.cron).update(
                    cron=entry.cron, due_at=due[entry.name]
                )
        return due


@transaction.atomic
def _enqueue_if_first(entry: Scheduled, at: datetime) -> bool:
    moved = ScheduleEntry.objects.filter(name=entry.name, cron=entry.cron, due_at__lte=at).update(
        due_at=entry.after(at), enqueued_at=at
    )
    if not moved:
        return False
    task = (
        entry.task if entry.task.unique_key else entry.task.using(unique_key=f"schedule:{entry.name}"[:200])
    )
    task.enqueue()
    return True
