"""Workers with real threads, on PostgreSQL."""

import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.tasks import TaskResult, TaskResultStatus
from django.tasks.signals import task_finished
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from connectid.core import clock
from connectid.jobs import outbox, wakeup
from connectid.jobs.backend import enqueue_many
from connectid.jobs.draining import run_pending
from connectid.jobs.errors import DeadlineExceeded
from connectid.jobs.models import Job, State
from connectid.jobs.tests import sample_tasks
from connectid.jobs.tests.sample_tasks import runs
from connectid.jobs.tests.waiting import until, working
from connectid.jobs.worker import Worker, WorkerExhausted
from connectid.testing.at_once import at_once

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

A_WHILE = 3600.0
"""Seconds: a poll or lease that no test sees the end of."""


@pytest.fixture
def configured() -> Iterator[Callable[..., None]]:
    """Change options of the backend for the rest of the test."""
    enabled: list[override_settings] = []

    def configure(**options: Any) -> None:
        tasks = {"default": settings.TASKS["default"] | {"OPTIONS": options}}
        enabled.append(override_settings(TASKS=tasks))
        enabled[-1].enable()

    yield configure
    for setting in reversed(enabled):
        setting.disable()


def nothing_left() -> bool:
    return not Job.objects.exists()


def test_four_workers_run_every_job_exactly_once() -> None:
    count = 4 * 2000
    enqueue_many(sample_tasks.note.prepare(number) for number in range(count))
    with working(4, threads=2):
        until(nothing_left)
    assert len(runs) == count
    assert set(runs.values()) == {1}


def test_a_dead_workers_job_is_taken_over() -> None:
    sample_tasks.note.enqueue("x")
    now = clock.now()
    outbox.claim(worker="dead", queues=["default"], limit=1, at=now, lease_until=now + timedelta(seconds=0.5))
    with working():
        until(nothing_left)
    assert runs == {"x": 1}


def test_a_long_run_keeps_its_lease(configured: Callable[..., None]) -> None:
    configured(lease_seconds=0.6, poll_seconds=0.05)
    sample_tasks.wait_for_go.enqueue()
    with working(2):
        sample_tasks.started.wait(10)
        first_end = Job.objects.get().run_at
        until(lambda: Job.objects.get().run_at > first_end + timedelta(seconds=1))
        assert Job.objects.get().attempts == 1
        sample_tasks.go_on.set()
        until(nothing_left)
    assert runs == {"waited": 1}


def test_a_stopped_worker_finishes_what_runs_and_gives_back_the_rest() -> None:
    sample_tasks.wait_for_go.using(priority=1).enqueue()
    with working(threads=1) as [worker]:
        sample_tasks.started.wait(10)
        enqueue_many(sample_tasks.note.prepare(number) for number in range(3))
        until(lambda: Job.objects.filter(state=State.RUNNING).count() > 1)
        worker.stop()
        until(lambda: Job.objects.filter(state=State.READY).count() == 3)
        sample_tasks.go_on.set()
    assert runs == {"waited": 1}
    assert list(Job.objects.values_list("state", "attempts", "worker").distinct()) == [("ready", 0, "")]


def test_what_waits_behind_a_slow_job_goes_back_for_others(configured: Callable[..., None]) -> None:
    configured(lease_seconds=0.9, poll_seconds=0.05)
    sample_tasks.wait_for_go.using(priority=1).enqueue()
    with working(threads=1):
        sample_tasks.started.wait(10)
        sample_tasks.note.enqueue("x")
        until(lambda: Job.objects.filter(state=State.RUNNING).count() == 2)
        until(lambda: run_pending().succeeded)
        sample_tasks.go_on.set()
        until(nothing_left)
    assert runs == {"x": 1, "waited": 1}


def test_a_run_past_its_timeout_neither_holds_its_thread_nor_counts_later(
    configured: Callable[..., None],
) -> None:
    configured(poll_seconds=0.05)
    sample_tasks.hang.enqueue()
    with working(threads=1):
        until(lambda: Job.objects.filter(attempts=1, state=State.READY))
        sample_tasks.note.enqueue("x")
        until(lambda: runs["x"])
        sample_tasks.go_on.set()
        until(lambda: runs["hang ended"])
    job = Job.objects.get()
    assert job.error_class == "connectid.jobs.errors.TimedOut"
    assert (job.state, job.attempts) == (State.READY, 1)


def test_a_run_past_its_deadline_is_a_dead_letter_and_nothing_is_told_of_its_end(
    configured: Callable[..., None],
) -> None:
    configured(poll_seconds=0.05)
    finished: list[tuple[object, object]] = []

    def on_finish(task_result: TaskResult[..., object], **_: object) -> None:
        finished.append((task_result.status, type(sys.exception())))

    task_finished.connect(on_finish)
    try:
        sample_tasks.hang_past_the_deadline.enqueue()
        with working(threads=1):
            until(lambda: Job.objects.filter(state=State.FAILED))
            sample_tasks.go_on.set()
            until(lambda: runs["hang ended"])
            sample_tasks.note.enqueue("x")
            until(lambda: runs["x"])
            until(lambda: len(finished) == 2)
    finally:
        task_finished.disconnect(on_finish)
    assert Job.objects.get().error_class == "connectid.jobs.errors.DeadlineExceeded"
    assert finished == [
        (TaskResultStatus.FAILED, DeadlineExceeded),
        (TaskResultStatus.SUCCESSFUL, type(None)),
    ]


def test_a_worker_that_lost_too_many_threads_asks_to_be_replaced(configured: Callable[..., None]) -> None:
    configured(poll_seconds=0.05)
    enqueue_many(sample_tasks.hang.prepare() for _ in range(3))
    with pytest.raises(WorkerExhausted):
        Worker(threads=1).run()
    sample_tasks.go_on.set()
    until(lambda: runs["hang ended"] == 3)


def test_postgresql_wakes_a_worker_of_another_process(configured: Callable[..., None]) -> None:
    configured(poll_seconds=A_WHILE)
    with working(threads=1):
        sample_tasks.note.enqueue("awake")
        until(nothing_left)
        # As another process does it: the row and the notification, and no bell in this process.
        now = clock.now()
        job = outbox.NewJob("connectid.jobs.tests.sample_tasks.note", "default", '["x"]', "{}", 0, now, 1, "")
        outbox.add([job], at=now)
        until(nothing_left)
    assert runs["x"] == 1


def test_a_burst_of_transactions_announces_itself_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wakeup, "_announced_at", float("-inf"))
    monkeypatch.setattr(wakeup, "ANNOUNCE_SECONDS", A_WHILE)
    with CaptureQueriesContext(connection) as burst:
        sample_tasks.note.using(run_after=clock.now() + timedelta(hours=1)).enqueue("not due")
        for number in range(5):
            sample_tasks.note.enqueue(number)
    assert ["pg_notify" in query["sql"] for query in burst] == [False, True, False, False, False, False]


def test_a_commit_wakes_the_worker_of_the_same_process(configured: Callable[..., None]) -> None:
    configured(poll_seconds=A_WHILE, notify=False)
    with working(threads=1):
        for what in "abc":
            sample_tasks.note.enqueue(what)
            until(nothing_left)
    assert set(runs) == set("abc")


def test_polling_alone_finds_work(configured: Callable[..., None]) -> None:
    configured(poll_seconds=0.05, notify=False)
    with working(threads=1):
        now = clock.now()
        job = outbox.NewJob("connectid.jobs.tests.sample_tasks.note", "default", '["x"]', "{}", 0, now, 1, "")
        outbox.add([job], at=now, notify=False)
        until(nothing_left)


def test_workers_outlive_their_connections(configured: Callable[..., None]) -> None:
    configured(lease_seconds=3.0)  # what was claimed by a connection that is gone waits for that long
    enqueue_many(sample_tasks.append_line.prepare("/dev/null", "x", 0.002) for _ in range(300))
    with working(2, threads=2):
        for _ in range(3):
            left = Job.objects.count()
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            until(lambda left=left: Job.objects.count() < left or nothing_left())  # type: ignore[misc]
        until(nothing_left)


def test_a_task_that_forgets_its_transaction_does_not_spoil_the_connection() -> None:
    sample_tasks.leave_transaction_open.enqueue()
    with working(threads=1):
        until(nothing_left)
        sample_tasks.write_and_fail.enqueue()
        sample_tasks.note.enqueue("x")
        until(lambda: runs["x"])
    assert Job.objects.get().error_class == "connectid.providers.errors.Unavailable"


def test_threads_run_jobs_at_once() -> None:
    enqueue_many(sample_tasks.meet.prepare() for _ in range(4))
    with working(threads=4):
        until(nothing_left)
    assert runs["met"] == 4


def test_concurrent_enqueueing_of_one_key_leaves_one_job() -> None:
    results = at_once(*[lambda: sample_tasks.note.using(unique_key="k").enqueue("x")] * 8)
    assert len(results) == 8
    assert {result.id for result in results} == {str(Job.objects.get().pk)}


def test_a_waiting_job_is_not_started_while_its_key_is_being_enqueued_again() -> None:
    """Or it could run without seeing what the enqueueing transaction writes, and nothing would run after it."""
    keyed = sample_tasks.note.using(unique_key="k")
    keyed.enqueue("x")
    with transaction.atomic():
        keyed.enqueue("x")
        [meanwhile] = at_once(run_pending)
    [afterwards] = at_once(run_pending)
    assert (meanwhile.succeeded, afterwards.succeeded) == (0, 1)
