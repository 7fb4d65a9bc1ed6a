"""What a task says about itself: Django's task, with our rules for retries, time limits and uniqueness.

The backends of :mod:`connectid.jobs.backend` name :class:`JobTask` as their ``task_class``, so that Django's own ``@task``
accepts these options too. :func:`task` here is the same decorator with types.

This module is imported before the settings are (by the command line), hence the quotes: Django's classes take parameters only
once the settings have been read.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Concatenate, Literal, Protocol, overload

from django.tasks import Task, TaskContext, TaskResult
from django.tasks import task as django_task
from django.tasks.exceptions import InvalidTask

MAX_KEY_LENGTH = 200

MAX_ATTEMPTS = 5
BACKOFF_BASE = 10.0
BACKOFF_CAP = 3600.0
TIMEOUT = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class JobTask[**P, R](Task):  # type: ignore[type-arg]  # it takes parameters only in its stubs
    """A function that workers run, and the rules by which they do.

    Tasks may run more than once (a worker can die between finishing a job and saying so), so they must be safe to repeat.
    """

    max_attempts: int = MAX_ATTEMPTS
    """Runs before the job becomes a dead letter."""
    backoff_base: float = BACKOFF_BASE
    """Seconds: the longest wait before the second attempt; it doubles with every further one."""
    backoff_cap: float = BACKOFF_CAP
    """Seconds: no wait is longer, unless the failure itself asks for more (``retry_after``)."""
    timeout: float = TIMEOUT
    """Seconds after which a worker no longer waits for a run and counts it as failed."""
    deadline: float | None = None
    """Seconds from the enqueueing after which the job is not started any more. None: whenever it is its turn."""
    unique_key: str = ""
    """While a job of this task with the same key waits, enqueueing another one adds nothing. Empty: no such rule."""

    def __post_init__(self) -> None:
        Task.__post_init__(self)
        if not 1 <= self.max_attempts <= 32_767:
            raise InvalidTask("max_attempts must be between 1 and 32767.")
        if not 0 < self.backoff_base <= self.backoff_cap:
            raise InvalidTask("backoff_base must be positive and at most backoff_cap.")
        if self.timeout <= 0 or (self.deadline is not None and self.deadline <= 0):
            raise InvalidTask("timeout and deadline are positive numbers of seconds.")
        if len(self.unique_key) > MAX_KEY_LENGTH:
            raise InvalidTask(f"unique_key has at most {MAX_KEY_LENGTH} characters.")

    def using(
        self,
        *,
        priority: int | None = None,
        queue_name: str | None = None,
        run_after: datetime | None = None,
        backend: str | None = None,
        unique_key: str | None = None,
    ) -> "JobTask[P, R]":
        """Return the same task with other settings for the next enqueueing; None leaves one as it is."""
        wanted: dict[str, Any] = {
            "priority": priority,
            "queue_name": queue_name,
            "run_after": run_after,
            "backend": backend,
            "unique_key": unique_key,
        }
        return replace(self, **{name: value for name, value in wanted.items() if value is not None})

    def prepare(self, *args: P.args, **kwargs: P.kwargs) -> "Call":
        """Return the call without enqueueing it, for :func:`connectid.jobs.backend.enqueue_many`."""
        return Call(self, args, kwargs)

    if TYPE_CHECKING:  # Django's own methods, with our parameters

        def enqueue(self, *args: P.args, **kwargs: P.kwargs) -> TaskResult[P, R]: ...
        async def aenqueue(self, *args: P.args, **kwargs: P.kwargs) -> TaskResult[P, R]: ...
        def call(self, *args: P.args, **kwargs: P.kwargs) -> R: ...


@dataclass(frozen=True, slots=True)
class Call:
    """One task with the arguments it is to run with."""

    task: JobTask[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


class BulkBackend(Protocol):
    """A task backend that takes many calls at once."""

    def enqueue_many(self, calls: Iterable[Call]) -> "list[TaskResult[..., Any]]":
        """Enqueue every call, all or none; the results are in the order of the calls."""


@overload
def task[**P, R](function: Callable[P, R], /) -> JobTask[P, R]: ...
@overload
def task[**P, R](
    *,
    priority: int = ...,
    queue_name: str = ...,
    backend: str = ...,
    max_attempts: int = ...,
    backoff_base: float = ...,
    backoff_cap: float = ...,
    timeout: float = ...,
    deadline: float | None = ...,
    unique_key: str = ...,
    takes_context: Literal[False] = ...,
) -> Callable[[Callable[P, R]], JobTask[P, R]]: ...
@overload
def task[**P, R](
    *,
    priority: int = ...,
    queue_name: str = ...,
    backend: str = ...,
    max_attempts: int = ...,
    backoff_base: float = ...,
    backoff_cap: float = ...,
    timeout: float = ...,
    deadline: float | None = ...,
    unique_key: str = ...,
    takes_context: Literal[True],
) -> "Callable[[Callable[Concatenate[TaskContext[Any, Any], P], R]], JobTask[P, R]]": ...
def task(function: Callable[..., Any] | None = None, /, **options: Any) -> Any:
    """Make a module-level function a task; the options are the fields of :class:`JobTask`.

    The function takes ids and other small JSON values, never a phone number, a code or a secret: arguments are stored as
    they are. ``takes_context=True`` passes a ``TaskContext`` first, whose ``attempt`` starts at 1.
    """
    decorate: Any = django_task(**options)
    return decorate if function is None else decorate(function)
