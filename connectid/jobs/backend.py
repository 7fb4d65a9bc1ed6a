"""The task backends: jobs kept in the database, and jobs run on the spot for tests that want only the effect.

Settings::

    TASKS = {"default": {"BACKEND": "connectid.jobs.backend.OutboxBackend", "QUEUES": ["default"], "OPTIONS": {...}}}

with the options of :class:`Options`.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, cast

from django.core import checks
from django.tasks import Task, TaskResult, TaskResultStatus, task_backends
from django.tasks.backends.base import BaseTaskBackend
from django.tasks.backends.immediate import ImmediateBackend as DjangoImmediateBackend
from django.tasks.signals import task_enqueued

from connectid.core import clock
from connectid.jobs import outbox, wakeup
from connectid.jobs.definition import BulkBackend, Call, JobTask


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What ``OPTIONS`` of the backend may hold."""

    schedule: str = ""
    """Dotted path of the tuple of :class:`connectid.jobs.schedule.Scheduled` that workers follow. Empty: none."""
    lease_seconds: float = 30.0
    """How long a job stays with a worker that gives no sign of life; it gives one every third of that."""
    poll_seconds: float = 1.0
    """How often a worker looks for jobs that nothing announced: retries, delayed jobs, dead workers' jobs."""
    dead_letter_days: int = 30
    """How long jobs that failed for good are kept."""
    notify: bool = True
    """Whether PostgreSQL tells workers of new jobs. Off where a pooler stands between (``LISTEN`` needs its own session)."""


def options(alias: str = "default") -> Options:
    """Return the options of the backend in the settings; unknown names raise ``TypeError``."""
    return Options(**task_backends[alias].options)


class OutboxBackend(BaseTaskBackend):
    """Keeps jobs in the default database: enqueueing is part of the caller's transaction.

    Results are not kept: a job that succeeded leaves no row, so ``get_result`` is not offered.
    """

    task_class: type[Task[..., Any]] = JobTask
    supports_defer = True
    supports_priority = True
    supports_async_task = True

    def __init__(self, alias: str, params: dict[str, Any]) -> None:
        super().__init__(alias, params)
        self.notifies = bool(self.options.get("notify", True))

    def enqueue[**P, R](
        self, task: Task[P, R], args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> TaskResult[P, R]:
        """Enqueue one call. If its key already waits, the result is that of the job that waits."""
        [result] = self.enqueue_many([Call(cast("JobTask[P, R]", task), tuple(args), dict(kwargs))])
        return cast("TaskResult[P, R]", result)

    def enqueue_many(self, calls: Iterable[Call]) -> list[TaskResult[..., Any]]:
        """Enqueue all the calls or none, in one statement per thousand."""
        at = clock.now()
        results = [self._result(call) for call in calls]
        jobs = [
            outbox.NewJob(
                task=result.task.module_path,
                queue=result.task.queue_name,
                args=json.dumps(result.args),
                kwargs=json.dumps(result.kwargs),
                priority=result.task.priority,
                run_at=result.task.run_after or at,
                max_attempts=cast("JobTask[..., Any]", result.task).max_attempts,
                unique_key=cast("JobTask[..., Any]", result.task).unique_key,
            )
            for result in results
        ]
        ids = outbox.add(jobs, at=at, notify=self.notifies)
        if any(job.run_at <= at for job in jobs):
            wakeup.ring_on_commit()
        for result, id_ in zip(results, ids, strict=True):
            # Results are frozen for their readers; Django's own backends complete them in the same way.
            object.__setattr__(result, "id", str(id_))
            object.__setattr__(result, "enqueued_at", at)
            task_enqueued.send(sender=type(self), task_result=result)
        return results

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        """Find mistakes in the settings of this backend and in the schedule that they name."""
        from connectid.jobs import schedule

        unknown = sorted(set(self.options) - {field.name for field in fields(Options)})
        if unknown:
            return [
                checks.Error(
                    f"TASKS['{self.alias}'] has unknown OPTIONS: {', '.join(unknown)}.", id="jobs.E001"
                )
            ]
        if not self.queues:
            return [
                checks.Error(f"TASKS['{self.alias}'] needs QUEUES: workers claim by queue.", id="jobs.E002")
            ]
        try:
            schedule.load(self.options.get("schedule", ""))
        except (ImportError, schedule.ScheduleInvalid) as error:
            return [
                checks.Error(f"The schedule of TASKS['{self.alias}'] is not valid: {error}.", id="jobs.E003")
            ]
        return []

    def _result(self, call: Call) -> TaskResult[..., Any]:
        self.validate_task(call.task)
        return TaskResult(
            task=call.task,
            id="",
            status=TaskResultStatus.READY,
            enqueued_at=None,
            started_at=None,
            finished_at=None,
            last_attempted_at=None,
            args=list(call.args),
            kwargs=call.kwargs,
            backend=self.alias,
            errors=[],
            worker_ids=[],
        )


class ImmediateBackend(DjangoImmediateBackend):
    """Runs a job inside ``enqueue``, once, whatever its time; for tests of what a task does. A failure is in its result."""

    task_class: type[Task[..., Any]] = JobTask
    supports_defer = True

    def enqueue_many(self, calls: Iterable[Call]) -> list[TaskResult[..., Any]]:
        """Run the calls one after another."""
        return [self.enqueue(call.task, list(call.args), call.kwargs) for call in calls]


def enqueue_many(calls: Iterable[Call]) -> list[TaskResult[..., Any]]:
    """Enqueue calls made by ``task.prepare(...)``: all or none, one statement per thousand.

    Raises ``ValueError`` for calls of tasks of different backends, which share no transaction.
    """
    calls = list(calls)
    aliases = {call.task.backend for call in calls}
    if len(aliases) > 1:
        raise ValueError("the tasks of one bulk enqueueing must share a backend")
    if not calls:
        return []
    backend: Any = task_backends[aliases.pop()]
    return cast("BulkBackend", backend).enqueue_many(calls)
