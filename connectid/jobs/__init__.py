"""Work done after the answer: tasks, kept as rows beside the data they belong to, and the workers that run them.

A feature declares a task with :func:`task` and enqueues it inside the transaction that makes it necessary; both commit or
neither does. See ``docs/topics/jobs.md``.
"""

from connectid.jobs.definition import Call, JobTask, task
from connectid.jobs.errors import GiveUp

__all__ = ["Call", "GiveUp", "JobTask", "task"]
