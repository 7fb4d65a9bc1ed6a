"""Running one claimed job, and deciding what becomes of it.

Nothing here touches the job table: the outcome is a value, which the worker writes together with those of other jobs.
"""

import contextvars
import time
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


def timeout_of(claim: Claim) -> float:
    """Return the seconds that a run of the job may take."""
    try:
        return resolve(claim.task).timeout
    except UnknownTask:
        return TIMEOUT


def run(claim: Claim, *, worker: str) -> Outcome:
    """Run the job in a context of its own: what it binds or sets ends with it, and log lines name it, never its arguments."""
    return contextvars.copy_context().run(_run, claim, worker)


def _run(claim: Claim, worker: str) -> Outcome:
    structlog.contextvars.bind_contextvars(job_id=claim.id, task=claim.task, attempt=claim.attempts)
    at = clock.now()
    task: JobTask[..., Any] | None = None
    try:
        task = resolve(claim.task)
        _refuse_hopeless(claim, task, at)
    except (UnknownTask, WorkerLost, DeadlineExceeded) as error:
        return _conclude(judge(claim, task, error, at=at), error)
    result = _result(claim, task, worker, at)
    task_started.send_robust(sender=OutboxBackend, task_result=result)
    began = time.perf_counter()
    failure: Exception | None = None
    try:
        leading = (TaskContext(task_result=result),) if task.takes_context else ()
        task.call(*leading, *claim.args, **claim.kwargs)
    except Exception as error:  # noqa: BLE001  # whatever a task raises is its failure, and none of the worker's
        failure = error
    seconds = time.perf_counter() - began
    finished_at = clock.now()
    outcome = judge(claim, task, failure, at=finished_at, seconds=seconds)
    metrics.SECONDS.labels(claim.task).observe(seconds)
    _complete(result, outcome, failure, finished_at)
    task_finished.send_robust(sender=OutboxBackend, task_result=result)
    return _conclude(outcome, failure)


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


def timed_out(claim: Claim, seconds: float) -> Outcome:
    """Conclude a run that is no longer waited for."""
    error = TimedOut()
    return _conclude(judge(claim, resolve(claim.task), error, at=clock.now(), seconds=seconds), error)


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


def _complete(
    result: TaskResult[..., Any], outcome: Outcome, failure: BaseException | None, finished_at: datetime
) -> None:
    object.__setattr__(result, "status", _STATUS[outcome.verdict])
    object.__setattr__(result, "finished_at", finished_at)
    if failure is not None:
        # The traceback would quote the exception's message, which may hold a personal fact.
        result.errors.append(TaskError(exception_class_path=causes.of(failure).error_class, traceback=""))


def _conclude(outcome: Outcome, failure: BaseException | None) -> Outcome:
    metrics.RUNS.labels(outcome.claim.task, outcome.verdict.value).inc()
    if failure is None:
        log.debug("job_succeeded", seconds=round(outcome.seconds, 3))
        return outcome
    cause = causes.of(failure)
    event = log.error if outcome.verdict is Verdict.FAILED else log.warning
    event(
        f"job_{outcome.verdict.value}",
        error_class=cause.error_class,
        reason=cause.error,
        seconds=round(outcome.seconds, 3),
        exc_info=None if causes.is_anticipated(failure) else failure,
    )
    return outcome
