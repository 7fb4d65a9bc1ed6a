"""Workers that something breaks, or whose threads never come back from their jobs, on PostgreSQL."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import structlog
from django.conf import settings
from django.test import override_settings

from connectid.jobs import embedded
from connectid.jobs.backend import enqueue_many
from connectid.jobs.models import Job, State
from connectid.jobs.tests import sample_tasks
from connectid.jobs.tests.sample_tasks import runs
from connectid.jobs.tests.waiting import until
from connectid.jobs.worker import Worker

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


class Broken(Exception):
    """Something that is no error of the database."""


def break_down(*args: object) -> None:
    raise Broken


def threads_of_crews() -> int:
    return sum(thread.name == "jobs-runner" for thread in threading.enumerate())


def test_a_worker_that_breaks_finishes_what_runs_and_gives_back_the_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sample_tasks.wait_for_go.using(priority=1).enqueue()
    worker = Worker(threads=1)
    with ThreadPoolExecutor(1) as one_thread:
        work = one_thread.submit(worker.run)
        try:
            sample_tasks.started.wait(10)
            enqueue_many(sample_tasks.note.prepare(number) for number in range(3))
            until(lambda: Job.objects.filter(state=State.RUNNING).count() > 1)
            monkeypatch.setattr(worker._scheduler, "tick", break_down)
            until(lambda: Job.objects.filter(state=State.READY).count() == 3)
        finally:
            sample_tasks.go_on.set()
            worker.stop()
    assert isinstance(work.exception(), Broken)
    assert runs == {"waited": 1}
    assert list(Job.objects.values_list("state", "attempts", "worker").distinct()) == [("ready", 0, "")]
    until(lambda: threads_of_crews() == 0)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An embedded worker that is replaced soon."""
    monkeypatch.setattr(embedded, "RESTART_SECONDS", 0.05)
    monkeypatch.setattr(embedded, "GRACE_SECONDS", 0.05)
    tasks = {"default": settings.TASKS["default"] | {"OPTIONS": {"poll_seconds": 0.05}}}
    with override_settings(TASKS=tasks):
        embedded.start(threads=1)
        yield
        embedded.stop()


@pytest.mark.usefixtures("hasty")
def test_an_embedded_worker_is_not_replaced_while_runs_that_never_end_hold_its_threads() -> None:
    """Or each of its successors would lose as many."""
    with structlog.testing.capture_logs() as logs:
        enqueue_many(sample_tasks.hang.prepare() for _ in range(3))
        until(lambda: any(entry["event"] == "worker_not_replaced" for entry in logs))
        sample_tasks.note.enqueue("x")
        assert not runs
        sample_tasks.go_on.set()
        until(lambda: runs["x"])
    assert [entry["abandoned"] for entry in logs if entry["event"] == "worker_not_replaced"] == [3]
    assert next(iter(runs)) == "hang ended"
