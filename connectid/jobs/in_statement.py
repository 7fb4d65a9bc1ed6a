"""Enqueueing as a part of a larger statement: what is written and the jobs that it makes necessary, in one round trip.

For the few writes that phones and partners repeat all day, on PostgreSQL (docs/decisions/0041-writes-in-one-statement.md). Everything else
enqueues by its task. The jobs are the same: a key that waits already is not added again, and its row stays locked until the statement ends.
Django's signal ``task_enqueued`` is not sent for them: their ids stay in the database.
"""

from typing import Any

from django.tasks import task_backends

from connectid.core import primary
from connectid.jobs import outbox, wakeup
from connectid.jobs.backend import OutboxBackend
from connectid.jobs.definition import JobTask


def is_possible(task: JobTask[..., Any]) -> bool:
    """Whether the task's jobs are rows of this PostgreSQL."""
    return primary.connection().vendor == "postgresql" and isinstance(
        task_backends[task.backend], OutboxBackend
    )


def insertion(task: JobTask[..., Any], *, of: str, key: str, args: str = "'[]'") -> str:
    """Return an INSERT that enqueues the task once for each row of ``of``; its two parameters are the moment, twice.

    ``of`` is what stands behind FROM and gives every key once, in the order of the keys; ``key`` is an expression of its rows, and so is
    ``args``, a JSON list.
    """
    return f"""
INSERT INTO jobs_job ({outbox.COLUMNS})
SELECT {_quoted(task.module_path)}, {_quoted(task.queue_name)}, CAST({args} AS jsonb), '{{}}', {task.priority}, 'ready',
       CAST(%s AS timestamptz), 0, {task.max_attempts}, '', {key}, '', '', CAST(%s AS timestamptz)
  FROM {of}
{outbox.UNLESS_WAITING}
"""  # noqa: S608 - what the task says of itself, and expressions of our own


def announcement() -> str:
    """An expression for the list of the SELECT around it: tells workers of other processes. Its parameter is :func:`is_announced`."""
    return f"CASE WHEN CAST(%s AS boolean) THEN CAST(pg_notify('{outbox.CHANNEL}', '') AS text) END"


def is_announced(task: JobTask[..., Any]) -> str:
    """Whether this statement is to tell them, as the parameter of :func:`announcement`; counts it if so."""
    backend: Any = task_backends[task.backend]
    return "true" if backend.notifies and wakeup.may_announce() else "false"


def _quoted(text: str) -> str:
    if "'" in text or "%" in text:
        raise ValueError(f"{text} is no name of a task or of a queue")
    return f"'{text}'"
