"""Running one claimed job, and deciding what becomes of it.

Nothing here touches the job table: the outcome is a value, which the worker writes together with those of other jobs.
"""

import contextvars
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

import structlog
from django.tasks import TaskContext, TaskResult, TaskResultStatus
from django.tasks.base import TaskError
from django.tasks.signals import task_finished, task_started
from django.utils.module_loading import import_string

from connectid.core import clock
from connectid.jobs import causes, metrics, retries
from connectid.jobs.backend import OutboxBackend
from connectid.jobs.definition import BACKOFF_BASE, BACKOFF_CAP, TIMEOUT, JobTask
from connectid.jobs.errors import DeadlineExceeded, TimedOut, UnknownTask, WorkerLost
from connectid.jobs.models import State
from connectid.jobs.outbox import Claim, Return
from connectid.jobs.retries import Uniform

log = structlog.get_logger(__name__)


class Verdict(Enum):
    """How a run ended, and with it perhaps the job."""

    SUCCEEDED = "succeeded"
    RETRIED = "retried"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a job after a run. ``returned`` says how it goes back to the table; None: it is done."""

    claim: Claim
    verdict: Verdict
    returned: Return | None
    seconds: float


def resolve(path: str) -> JobTask[..., Any]:
    """Return the task at a dotted path. Raises ``UnknownTask``; nothing but a task can be named by a job."""
    try:
        found = import_string(path)
    except ImportError as error:
        raise UnknownTask from error
    if not isinstance(found, JobTask):
        raise UnknownTask
    return found


def allowance(claim: Claim) -> float:
    """Return the seconds that a run of the job may take: its task's ``timeout``, but no longer than to its ``deadline``."""
    try:
        task = resolve(claim.task)
    except UnknownTask:
        return TIMEOUT
    if task.deadline is None:
        return task.timeout
    left = task.deadline - (clock.now() - claim.created_at).total_seconds()
    # What is late already is refused by the run itself, at once.
    return min(task.timeout, left) if left > 0 else task.timeout


def run(claim: Claim, *, worker: str, is_abandoned: Callable[[], bool] = lambda: False) -> Outcome:
    """Run the job in a context of its own: what it binds or sets ends with it, and log lines name it, never its arguments.

    ``is_abandoned`` says, at the end, whether the run was concluded meanwhile without waiting for it; if so, nobody is told
    of this end.
    """
    return contextvars.copy_context().run(_run, claim, worker, is_abandoned)


def _run(claim: Claim, worker: str, is_abandoned: Callable[[], bool]) -> Outcome:
    structlog.contextvars.bind_contextvars(job_id=claim.id, task=claim.task, attempt=claim.attempts)
    at = clock.now()
    task: JobTask[..., Any] | None = None
    began = time.perf_counter()
    try:
        task = resolve(claim.task)
        _refuse_hopeless(claim, task, at)
        result = _result(claim, task, worker, at)
        task_started.send_robust(sender=OutboxBackend, task_result=result)
        leading = (TaskContext(task_result=result),) if task.takes_context else ()
        began = time.perf_counter()
        task.call(*leading, *claim.args, **claim.kwargs)
    except Exception as error:  # noqa: BLE001  # whatever a task raises is its failure, and none of the worker's
        if is_abandoned():
            return Outcome(claim, Verdict.RETRIED, None, 0.0)
        return _conclude(claim, task, worker, error, at, time.perf_counter() - began)
    if is_abandoned():
        log.warning("job_ended_late", seconds=round(time.perf_counter() - began, 3))
        return Outcome(claim, Verdict.SUCCEEDED, None, 0.0)
    return _conclude(claim, task, worker, None, at, time.perf_counter() - began)


def time_out(claim: Claim, seconds: float, *, worker: str) -> Outcome:
    """Conclude a run that is no longer waited for."""
    return contextvars.copy_context().run(_time_out, claim, seconds, worker)


def _time_out(claim: Claim, seconds: float, worker: str) -> Outcome:
    structlog.contextvars.bind_contextvars(job_id=claim.id, task=claim.task, attempt=claim.attempts)
    task = resolve(claim.task)
    at = clock.now()
    try:
        raise DeadlineExceeded if _too_late(claim, task, at) else TimedOut
    except (DeadlineExceeded, TimedOut) as error:
        return _conclude(claim, task, worker, error, at - timedelta(seconds=seconds), seconds)


def judge(
    claim: Claim,
    task: JobTask[..., Any] | None,
    failure: BaseException | None,
    *,
    at: datetime,
    seconds: float = 0.0,
    uniform: Uniform | None = None,
) -> Outcome:
    """Decide what becomes of a job whose run ended at ``at``: done, another attempt, or a dead letter.

    ``task`` is None when this release does not know it; the defaults of every task hold for it then.
    """
    if failure is None:
        return Outcome(claim, Verdict.SUCCEEDED, None, seconds)
    cause = causes.of(failure)
    next_at = at + timedelta(
        seconds=retries.delay(
            claim.attempts,
            base=task.backoff_base if task else BACKOFF_BASE,
            cap=task.backoff_cap if task else BACKOFF_CAP,
            retry_after=causes.retry_after(failure),
            **({"uniform": uniform} if uniform else {}),
        )
    )
    hopeless = causes.is_permanent(failure) or claim.attempts >= claim.max_attempts
    if hopeless or (task is not None and _too_late(claim, task, next_at)):
        returned = Return(claim, State.FAILED, at, claim.attempts, *cause)
        return Outcome(claim, Verdict.FAILED, returned, seconds)
    return Outcome(
        claim, Verdict.RETRIED, Return(claim, State.READY, next_at, claim.attempts, *cause), seconds
    )


def release(claim: Claim) -> Return:
    """Give back a job that was never started, as though it had not been claimed."""
    return Return(claim, State.READY, clock.now(), claim.attempts - 1)


def _refuse_hopeless(claim: Claim, task: JobTask[..., Any], at: datetime) -> None:
    if claim.attempts > claim.max_attempts:
        raise WorkerLost
    if _too_late(claim, task, at):
        raise DeadlineExceeded


def _too_late(claim: Claim, task: JobTask[..., Any], at: datetime) -> bool:
    return task.deadline is not None and at > claim.created_at + timedelta(seconds=task.deadline)


def _result(claim: Claim, task: JobTask[..., Any], worker: str, at: datetime) -> TaskResult[..., Any]:
    return TaskResult(
        task=task,
        id=str(claim.id),
        status=TaskResultStatus.RUNNING,
        enqueued_at=claim.created_at,
        started_at=at,
        finished_at=None,
        last_attempted_at=at,
        args=claim.args,
        kwargs=claim.kwargs,
        backend=task.backend,
        errors=[],
        worker_ids=[worker] * claim.attempts,  # Django counts attempts by it; only the last worker is known
    )


_STATUS = {
    Verdict.SUCCEEDED: TaskResultStatus.SUCCESSFUL,
    Verdict.RETRIED: TaskResultStatus.READY,
    Verdict.FAILED: TaskResultStatus.FAILED,
}


def _conclude(
    claim: Claim,
    task: JobTask[..., Any] | None,
    worker: str,
    failure: BaseException | None,
    started_at: datetime,
    seconds: float,
) -> Outcome:
    """Judge the run and tell everybody.

    Called while ``failure`` is being handled, so that receivers find it as with Django's own backends: ``sys.exception()``.
    """
    at = clock.now()
    outcome = judge(claim, task, failure, at=at, seconds=seconds)
    metrics.RUNS.labels(claim.task, outcome.verdict.value).inc()
    metrics.SECONDS.labels(claim.task).observe(seconds)
    if task is not None:
        result = _result(claim, task, worker, started_at)
        object.__setattr__(result, "status", _STATUS[outcome.verdict])
        object.__setattr__(result, "finished_at", at)
        if failure is not None:
            # The traceback would quote the exception's message, which may hold a personal fact.
            result.errors.append(TaskError(exception_class_path=causes.of(failure).error_class, traceback=""))
        task_finished.send_robust(sender=OutboxBackend, task_result=result)
    _tell(outcome, failure)
    return outcome


def _tell(outcome: Outcome, failure: BaseException | None) -> None:
    seconds = round(outcome.seconds, 3)
    if failure is None:
        log.debug("job_succeeded", seconds=seconds)
        return
    cause = causes.of(failure)
    event = log.error if outcome.verdict is Verdict.FAILED else log.warning
    event(
        f"job_{outcome.verdict.value}",
        error_class=cause.error_class,
        reason=cause.error,
        seconds=seconds,
        exc_info=None if causes.is_anticipated(failure) else failure,
    )
