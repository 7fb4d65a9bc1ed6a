"""Tasks whose runs a test can see. Each test starts with ``reset()``, by the fixture in conftest.py."""

import threading
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from django.db import connection, transaction
from django.tasks import TaskContext

from connectid.core.errors import DomainError, Kind
from connectid.jobs import GiveUp, JobTask, task
from connectid.jobs.models import ScheduleEntry
from connectid.providers.errors import Rejected, Unavailable

runs: Counter[object] = Counter()
attempts: list[int] = []
order: list[object] = []
started = threading.Event()
go_on = threading.Event()
meeting = threading.Barrier(4)
_lock = threading.Lock()


class NumberTaken(DomainError):
    """A refusal that repeating does not change."""

    code = "NUMBER_TAKEN"
    kind = Kind.CONFLICT


class TryLater(DomainError):
    """A refusal that time lifts."""

    code = "TRY_LATER"
    kind = Kind.RATE_LIMITED


def reset() -> None:
    """Forget every run."""
    runs.clear()
    attempts.clear()
    order.clear()
    started.clear()
    go_on.clear()


@task
def note(what: object) -> None:
    """Remember that it ran."""
    with _lock:
        runs[what] += 1
        order.append(what)


def note_slowly() -> JobTask[[object], None]:
    """The same, in another queue and more urgent."""
    return note.using(queue_name="slow", priority=5)


@task(max_attempts=3, backoff_base=10, backoff_cap=15)
def stumble(message: str) -> None:
    """Fail as a fault does, with a message that nobody vetted."""
    runs["stumble"] += 1
    raise ValueError(message)


@task
def give_up() -> None:
    """Fail for good."""
    runs["give_up"] += 1
    raise GiveUp("the account is gone")


@task
def meet_rejection() -> None:
    """Fail as a provider's refusal does."""
    raise Rejected("no_such_number +15551234567")


@task(backoff_base=1)
def meet_outage(retry_after: float | None) -> None:
    """Fail as an unavailable provider does."""
    raise Unavailable("http_503", retry_after=retry_after)


@task
def be_refused() -> None:
    """Meet a refusal of our own that stands."""
    raise NumberTaken


@task
def be_refused_for_now() -> None:
    """Meet a refusal of our own that passes."""
    raise TryLater(retry_after=120)


@task(takes_context=True, max_attempts=3, backoff_base=1)
def count_attempts(context: TaskContext[..., None]) -> None:
    """Succeed at the third attempt."""
    attempts.append(context.attempt)
    if context.attempt < 3:
        raise Unavailable("not yet")


@task(deadline=60)
def be_timely(what: object) -> None:
    """Be of use only for a minute."""
    note.call(what)


@task(timeout=0.2, max_attempts=2)
def hang() -> None:
    """Run until the test lets it end."""
    started.set()
    go_on.wait(10)
    runs["hang ended"] += 1


@task(deadline=0.3, timeout=10)
def hang_past_the_deadline() -> None:
    """Run until the test lets it end, though it is of use only for a moment."""
    started.set()
    go_on.wait(10)
    runs["hang ended"] += 1


@task
def wait_for_go() -> None:
    """Say that it runs, and run until the test lets it end."""
    started.set()
    go_on.wait(10)
    runs["waited"] += 1


@task
def meet() -> None:
    """Succeed only while three others run."""
    meeting.wait(10)
    with _lock:
        runs["met"] += 1


@task
def chain(length: int) -> None:
    """Enqueue the next link."""
    runs["chain"] += 1
    if length > 1:
        chain.enqueue(length - 1)


@task
def write_and_fail() -> None:
    """Write inside a transaction and fail: the write must not stay."""
    with transaction.atomic():
        ScheduleEntry.objects.create(
            name="written", cron="* * * * *", due_at=datetime(2026, 1, 1, tzinfo=UTC)
        )
        raise Unavailable("after the write")


@task
def leave_transaction_open() -> None:
    """Turn autocommit off and forget it."""
    connection.set_autocommit(False)
    ScheduleEntry.objects.exists()


@task
def append_line(path: str, line: str, sleep: float = 0.0) -> None:
    """Append a line to a file, for tests over several processes, then take a while."""
    with Path(path).open("a") as file:
        file.write(f"{line}\n")
    threading.Event().wait(sleep)


@task
async def note_asynchronously(what: object) -> None:
    """The same as a coroutine."""
    note.call(what)


def not_a_task() -> None:
    """Be importable, which is not enough for a job to run it."""
    runs["not a task"] += 1
