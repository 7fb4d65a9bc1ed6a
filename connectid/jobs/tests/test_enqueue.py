"""Enqueueing: part of the caller's transaction, one statement, at most one waiting job per key."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.tasks import TaskResult, TaskResultStatus, task_backends
from django.tasks import task as django_task
from django.tasks.exceptions import InvalidTask
from django.tasks.signals import task_enqueued
from django.test import override_settings
from pytest_django import DjangoAssertNumQueries

from connectid.core import clock
from connectid.jobs import JobTask
from connectid.jobs.backend import enqueue_many
from connectid.jobs.definition import Call
from connectid.jobs.models import Job, State
from connectid.jobs.tests import sample_tasks

pytestmark = pytest.mark.django_db


def test_a_job_is_a_row_with_everything_a_worker_needs() -> None:
    with clock.frozen() as frozen:
        result = sample_tasks.note_slowly().enqueue("x")
    job = Job.objects.get()
    assert result.id == str(job.pk)
    assert result.status == TaskResultStatus.READY
    assert (job.task, job.args, job.kwargs) == ("connectid.jobs.tests.sample_tasks.note", ["x"], {})
    assert (job.queue, job.priority, job.state) == ("slow", 5, State.READY)
    assert (job.attempts, job.max_attempts) == (0, 5)
    assert job.run_at == job.created_at == frozen.at == result.enqueued_at


def test_a_rolled_back_transaction_enqueues_nothing() -> None:
    with transaction.atomic():
        sample_tasks.note.enqueue("x")
        enqueue_many(sample_tasks.note.prepare(number) for number in range(3))
        transaction.set_rollback(True)
    assert not Job.objects.exists()


@pytest.mark.parametrize(("count", "statements"), [(1, 1), (10, 1), (1000, 1)])
def test_enqueueing_many_is_one_statement(
    count: int, statements: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(statements):
        results = enqueue_many(sample_tasks.note.prepare(number) for number in range(count))
    assert [Job.objects.get(pk=result.id).args for result in results[:3]] == [[0], [1], [2]][:count]
    assert Job.objects.count() == count


def test_more_than_a_thousand_are_one_statement_per_thousand(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(3):
        results = enqueue_many(sample_tasks.note.prepare(number) for number in range(2001))
    assert Job.objects.get(pk=results[-1].id).args == [2000]


def test_no_calls_are_no_statement(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert enqueue_many([]) == []


def test_different_tasks_and_queues_go_in_one_statement(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(1):
        enqueue_many([sample_tasks.note.prepare("a"), sample_tasks.note_slowly().prepare("b")])
    assert set(Job.objects.values_list("queue", flat=True)) == {"default", "slow"}


def test_a_key_that_waits_adds_nothing(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    keyed = sample_tasks.note.using(unique_key="channel:7")
    first = keyed.enqueue("first")
    with django_assert_num_queries(1):
        second = keyed.enqueue("second")
    other_task = sample_tasks.give_up.using(unique_key="channel:7").enqueue()
    assert second.id == first.id != other_task.id
    assert Job.objects.get(pk=first.id).args == ["first"]
    assert Job.objects.count() == 2


def test_a_key_of_a_running_or_failed_job_is_free() -> None:
    keyed = sample_tasks.note.using(unique_key="k")
    for state, failed_at in ((State.RUNNING, None), (State.FAILED, clock.now())):
        job_id = keyed.enqueue("x").id
        Job.objects.filter(pk=job_id).update(state=state, failed_at=failed_at)
    assert keyed.enqueue("x").id not in {
        str(pk) for pk in Job.objects.exclude(state="ready").values_list("pk")
    }
    assert Job.objects.count() == 3


def test_one_bulk_call_may_name_a_key_twice() -> None:
    a, b = (sample_tasks.note.using(unique_key=key) for key in "ab")
    plain = sample_tasks.note
    results = enqueue_many(
        [b.prepare(1), plain.prepare(2), a.prepare(3), b.prepare(4), plain.prepare(5), a.prepare(6)]
    )
    ids = [result.id for result in results]
    assert ids[0] == ids[3]
    assert ids[2] == ids[5]
    assert len(set(ids)) == 4
    assert [Job.objects.get(pk=id_).args for id_ in ids] == [[1], [2], [3], [1], [5], [3]]


def test_run_after_defers() -> None:
    later = clock.now() + timedelta(hours=1)
    sample_tasks.note.using(run_after=later).enqueue("x")
    assert Job.objects.get().run_at == later


def test_arguments_must_be_json() -> None:
    with pytest.raises(TypeError):
        sample_tasks.note.enqueue(object())
    assert not Job.objects.exists()


def test_the_signal_names_the_job() -> None:
    seen: list[TaskResult[..., object]] = []

    def receive(task_result: TaskResult[..., object], **_: object) -> None:
        seen.append(task_result)

    task_enqueued.connect(receive)
    try:
        result = sample_tasks.note.enqueue("x")
    finally:
        task_enqueued.disconnect(receive)
    assert [(task_result.id, task_result.args) for task_result in seen] == [(result.id, ["x"])]


def test_djangos_own_decorator_takes_our_options() -> None:
    made = django_task(max_attempts=7, unique_key="k")(sample_tasks.not_a_task)  # type: ignore[call-overload]
    assert isinstance(made, JobTask)
    assert (made.max_attempts, made.unique_key) == (7, "k")


@pytest.mark.parametrize(
    "options",
    [
        {"max_attempts": 0},
        {"backoff_base": 0},
        {"backoff_base": 10, "backoff_cap": 5},
        {"timeout": 0},
        {"deadline": -1},
        {"unique_key": "x" * 201},
        {"queue_name": "no such queue"},
    ],
)
def test_impossible_options_are_refused_where_the_task_is_declared(options: dict[str, object]) -> None:
    with pytest.raises(InvalidTask):
        django_task(**options)(sample_tasks.not_a_task)  # type: ignore[call-overload]


def test_the_database_refuses_a_job_that_makes_no_sense() -> None:
    job = Job(task="t", queue="default", max_attempts=1, run_at=clock.now(), created_at=clock.now())
    job.state = State.FAILED
    with pytest.raises(ValidationError, match="failed_at_iff_failed"):
        job.validate_constraints()


IMMEDIATE = {"default": {"BACKEND": "connectid.jobs.backend.ImmediateBackend", "QUEUES": ["default", "slow"]}}


@override_settings(TASKS=IMMEDIATE)
def test_the_immediate_backend_runs_the_same_tasks_on_the_spot() -> None:
    sample_tasks.note.using(run_after=clock.now() + timedelta(days=1)).enqueue("one")
    enqueue_many([sample_tasks.note.prepare("two"), Call(sample_tasks.note, (), {"what": "three"})])
    assert sample_tasks.order == ["one", "two", "three"]
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, None),
        ({"OPTIONS": {"lease": 5}}, "jobs.E001"),
        ({"QUEUES": []}, "jobs.E002"),
        ({"OPTIONS": {"schedule": "connectid.nowhere.SCHEDULE"}}, "jobs.E003"),
        ({"OPTIONS": {"schedule": "connectid.jobs.models.State"}}, "jobs.E003"),
    ],
)
def test_mistakes_in_the_settings_are_found_by_check(change: dict[str, object], expected: str | None) -> None:
    tasks = {"default": {"BACKEND": "connectid.jobs.backend.OutboxBackend", "QUEUES": ["default"]} | change}
    with override_settings(TASKS=tasks):
        found = [message.id for message in task_backends["default"].check()]
    assert found == ([expected] if expected else [])
