"""Running due jobs: order, retries, dead letters, and what is remembered of a failure."""

from datetime import timedelta

import pytest
import structlog
from django.tasks import TaskResult, TaskResultStatus
from django.tasks.signals import task_finished, task_started
from prometheus_client import REGISTRY
from pytest_django import DjangoAssertNumQueries

from connectid.core import clock
from connectid.jobs import JobTask, outbox
from connectid.jobs.backend import enqueue_many
from connectid.jobs.draining import Tally, run_pending
from connectid.jobs.models import Job, ScheduleEntry, State
from connectid.jobs.tests import sample_tasks

pytestmark = pytest.mark.django_db


def test_a_done_job_leaves_no_row() -> None:
    sample_tasks.note.enqueue("x")
    assert run_pending() == Tally(succeeded=1, retried=0, failed=0)
    assert sample_tasks.runs == {"x": 1}
    assert not Job.objects.exists()


@pytest.mark.parametrize("count", [1, 100])
def test_a_batch_is_claimed_in_one_statement_and_acknowledged_in_one(
    count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    enqueue_many(sample_tasks.note.prepare(number) for number in range(count))
    with django_assert_num_queries(2):
        run_pending(limit=count)
    assert sample_tasks.runs.total() == count


@pytest.mark.parametrize("count", [1, 100])
def test_a_batch_of_failures_is_written_down_in_one_statement(
    count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    enqueue_many(sample_tasks.meet_outage.prepare(None) for _ in range(count))
    with django_assert_num_queries(2):
        assert run_pending(limit=count).retried == count


def test_the_most_urgent_first_then_the_longest_due() -> None:
    now = clock.now()
    with clock.frozen(now - timedelta(minutes=2)) as frozen:
        sample_tasks.note.enqueue("old")
        frozen.advance(minutes=1)
        sample_tasks.note.enqueue("newer")
        sample_tasks.note.using(priority=10).enqueue("urgent")
        sample_tasks.note.using(priority=-10).enqueue("idle")
        sample_tasks.note_slowly().enqueue("other queue")
    sample_tasks.note.using(run_after=now + timedelta(hours=1)).enqueue("later")
    for _ in range(5):
        run_pending(limit=1)
    assert sample_tasks.order == ["urgent", "other queue", "old", "newer", "idle"]
    assert run_pending() == Tally(0, 0, 0)


def test_only_the_queues_asked_for() -> None:
    enqueue_many([sample_tasks.note.prepare("default"), sample_tasks.note_slowly().prepare("slow")])
    run_pending(queues=["slow"])
    assert sample_tasks.order == ["slow"]


def test_jobs_that_jobs_enqueue_run_too_up_to_the_limit() -> None:
    sample_tasks.chain.enqueue(5)
    assert run_pending(limit=3).succeeded == 3
    assert run_pending().succeeded == 2


def test_a_coroutine_is_a_task_too() -> None:
    sample_tasks.note_asynchronously.enqueue("x")
    run_pending()
    assert sample_tasks.runs == {"x": 1}


def test_a_fault_is_retried_with_back_off_and_then_is_a_dead_letter() -> None:
    with clock.frozen() as frozen:
        sample_tasks.stumble.enqueue("call +1 555 123 4567 or mail a@example.org")
        for attempt, longest in ((1, 10), (2, 15)):
            assert run_pending() == Tally(0, 1, 0)
            job = Job.objects.get()
            assert (job.state, job.attempts, job.worker) == (State.READY, attempt, "")
            assert timedelta(seconds=1) <= job.run_at - frozen.at <= timedelta(seconds=longest)
            assert run_pending() == Tally(0, 0, 0)
            frozen.move_to(job.run_at)
        assert run_pending() == Tally(0, 0, 1)
        job = Job.objects.get()
        assert (job.state, job.failed_at) == (State.FAILED, frozen.at)
        frozen.advance(days=1)
        assert run_pending() == Tally(0, 0, 0)
    assert sample_tasks.runs["stumble"] == 3
    assert job.error_class == "builtins.ValueError"
    assert job.error.startswith("at connectid.jobs.tests.sample_tasks:")
    assert "555" not in job.error


@pytest.mark.parametrize(
    ("task", "error_class", "error"),
    [
        (sample_tasks.give_up, "connectid.jobs.errors.GiveUp", "the account is gone"),
        (sample_tasks.meet_rejection, "connectid.providers.errors.Rejected", "no_such_number [removed]"),
        (sample_tasks.be_refused, "connectid.jobs.tests.sample_tasks.NumberTaken", "NUMBER_TAKEN"),
    ],
)
def test_what_cannot_succeed_is_a_dead_letter_at_once(
    task: JobTask[[], None], error_class: str, error: str
) -> None:
    task.enqueue()
    assert run_pending() == Tally(0, 0, 1)
    job = Job.objects.get()
    assert (job.state, job.attempts, job.error_class) == (State.FAILED, 1, error_class)
    assert job.error.split(", at ")[0] == error


def test_a_failure_that_names_its_time_is_not_retried_before_it() -> None:
    sample_tasks.meet_outage.enqueue(900)
    sample_tasks.be_refused_for_now.enqueue()
    with clock.frozen() as frozen:
        run_pending()
    outage, refusal = (job.run_at - frozen.at for job in Job.objects.order_by("pk"))
    assert timedelta(seconds=900) <= outage <= timedelta(seconds=990)
    assert timedelta(seconds=120) <= refusal <= timedelta(seconds=132)


def test_a_task_learns_which_attempt_it_is() -> None:
    with clock.frozen() as frozen:
        sample_tasks.count_attempts.enqueue()
        for _ in range(3):
            run_pending()
            frozen.advance(hours=1)
    assert sample_tasks.attempts == [1, 2, 3]
    assert not Job.objects.exists()


def test_a_job_past_its_deadline_is_not_run() -> None:
    with clock.frozen() as frozen:
        sample_tasks.be_timely.enqueue("x")
        frozen.advance(seconds=61)
        assert run_pending() == Tally(0, 0, 1)
    assert not sample_tasks.runs
    assert Job.objects.get().error_class == "connectid.jobs.errors.DeadlineExceeded"


@pytest.mark.parametrize("path", ["not_a_task", "never_written"])
def test_a_job_of_an_unknown_task_waits_for_a_release_that_knows_it(path: str) -> None:
    sample_tasks.note.enqueue("x")
    Job.objects.update(task=f"connectid.jobs.tests.sample_tasks.{path}")
    assert run_pending() == Tally(0, 1, 0)
    assert not sample_tasks.runs
    assert Job.objects.get().error_class == "connectid.jobs.errors.UnknownTask"


def test_a_job_that_takes_its_workers_with_it_is_given_up() -> None:
    sample_tasks.note.enqueue("x")
    with clock.frozen() as frozen:
        for _ in range(5):
            assert outbox.claim(
                worker="doomed",
                queues=["default"],
                limit=1,
                at=frozen.at,
                lease_until=frozen.advance(minutes=1),
            )
        assert run_pending() == Tally(0, 0, 1)
    assert not sample_tasks.runs
    assert Job.objects.get().error_class == "connectid.jobs.errors.WorkerLost"


def test_what_a_failed_run_wrote_in_its_transaction_is_gone() -> None:
    sample_tasks.write_and_fail.enqueue()
    assert run_pending().retried == 1
    assert not ScheduleEntry.objects.exists()


def test_signals_surround_every_run() -> None:
    seen: list[tuple[str, object]] = []

    def on_start(task_result: TaskResult[..., object], **_: object) -> None:
        seen.append(("started", task_result.attempts))

    def on_finish(task_result: TaskResult[..., object], **_: object) -> None:
        seen.append(("finished", task_result.status))

    task_started.connect(on_start)
    task_finished.connect(on_finish)
    try:
        with clock.frozen() as frozen:
            sample_tasks.count_attempts.enqueue()
            sample_tasks.give_up.enqueue()
            for _ in range(3):
                run_pending()
                frozen.advance(hours=1)
    finally:
        task_started.disconnect(on_start)
        task_finished.disconnect(on_finish)
    assert seen == [
        ("started", 1),
        ("finished", TaskResultStatus.READY),
        ("started", 1),
        ("finished", TaskResultStatus.FAILED),
        ("started", 2),
        ("finished", TaskResultStatus.READY),
        ("started", 3),
        ("finished", TaskResultStatus.SUCCESSFUL),
    ]


def test_log_lines_name_the_job_and_its_task_and_never_its_arguments() -> None:
    structlog.contextvars.clear_contextvars()
    with structlog.testing.capture_logs([structlog.contextvars.merge_contextvars]) as lines:
        job_id = int(sample_tasks.stumble.enqueue("secret").id)
        run_pending()
    assert [line["event"] for line in lines] == ["job_retried"]
    assert lines[0]["job_id"] == job_id
    assert lines[0]["task"] == "connectid.jobs.tests.sample_tasks.stumble"
    assert "secret" not in str({key: value for key, value in lines[0].items() if key != "exc_info"})
    assert structlog.contextvars.get_contextvars() == {}


def test_runs_are_counted_by_task_and_outcome() -> None:
    def counted(outcome: str) -> float:
        labels = {"task": "connectid.jobs.tests.sample_tasks.note", "outcome": outcome}
        return REGISTRY.get_sample_value("connectid_job_runs_total", labels) or 0.0

    before = counted("succeeded")
    sample_tasks.note.enqueue("x")
    run_pending()
    assert counted("succeeded") == before + 1
