"""Jobs that failed for good: kept with their cause, replayed or discarded by an operator, forgotten after their retention."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.test import Client, override_settings
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from connectid.core import clock
from connectid.jobs import operations
from connectid.jobs.backend import enqueue_many
from connectid.jobs.draining import run_pending
from connectid.jobs.models import Job, ScheduleEntry, State
from connectid.jobs.tasks import discard_dead_letters
from connectid.jobs.tests import sample_tasks
from connectid.jobs.tests.waiting import until

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter() -> Job:
    """A dead letter."""
    sample_tasks.give_up.enqueue()
    run_pending()
    return Job.objects.get(state=State.FAILED)


@pytest.fixture
def operator(client: Client) -> Client:
    """Somebody who may do everything in the admin."""
    client.force_login(get_user_model().objects.create(username="operator", is_staff=True, is_superuser=True))
    return client


def test_a_replayed_letter_has_all_its_attempts_again(letter: Job) -> None:
    assert operations.replay(ids=[letter.pk], at=clock.now()) == 1
    letter.refresh_from_db()
    assert (letter.state, letter.attempts, letter.failed_at, letter.error) == (State.READY, 0, None, "")
    assert run_pending().failed == 1
    assert sample_tasks.runs["give_up"] == 2


def test_a_replayed_letter_has_its_whole_deadline_again() -> None:
    with clock.frozen() as frozen:
        sample_tasks.be_timely.enqueue("x")
        frozen.advance(minutes=5)
        assert run_pending().failed == 1
        operations.replay(ids=[Job.objects.get().pk], at=frozen.at)
        assert run_pending().succeeded == 1


def test_only_dead_letters_are_replayed() -> None:
    sample_tasks.note.enqueue("x")
    job = Job.objects.get()
    Job.objects.update(state=State.RUNNING, worker="busy")
    assert operations.replay(ids=[job.pk], at=clock.now()) == 0
    job.refresh_from_db()
    assert (job.state, job.worker) == (State.RUNNING, "busy")


@pytest.mark.parametrize("waiting", [False, True])
def test_letters_of_one_key_are_replayed_as_one_run(waiting: bool) -> None:
    keyed = sample_tasks.give_up.using(unique_key="k")
    for _ in range(3):
        keyed.enqueue()
        run_pending()
    ids = list(Job.objects.values_list("pk", flat=True))
    if waiting:
        keyed.enqueue()
    assert operations.replay(ids=ids, at=clock.now()) == (0 if waiting else 1)
    assert [job.state for job in Job.objects.all()] == [State.READY]


@pytest.mark.parametrize(
    ("operate", "statements"),
    [(operations.replay_all, 6 + 15), (operations.discard_all, 3)],
    ids=["a replay takes one more for each key", "a discard"],
)
def test_all_letters_of_a_task_in_a_few_statements_a_thousand(
    operate: Callable[..., int], statements: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(20):
        sample_tasks.give_up.using(unique_key=str(number % 15)).enqueue()
        sample_tasks.meet_rejection.enqueue()
        run_pending()
    with django_assert_max_num_queries(statements):
        assert operate(at=clock.now(), task=sample_tasks.give_up.module_path) in {15, 20}
    failed = Job.objects.filter(state=State.FAILED)
    assert {letter.task for letter in failed} == {sample_tasks.meet_rejection.module_path}
    assert operate(at=clock.now()) == 20


def test_letters_are_discarded_when_their_retention_ends() -> None:
    now = clock.now()
    enqueue_many(sample_tasks.note.prepare(days) for days in (1, 29, 31, 400))
    for job in Job.objects.all():
        Job.objects.filter(pk=job.pk).update(
            state=State.FAILED, failed_at=now - timedelta(days=job.args[0]), created_at=now
        )
    discard_dead_letters.enqueue()
    assert run_pending().succeeded == 1
    assert sorted(job.args[0] for job in Job.objects.all()) == [1, 29]


TASKS = {
    "default": {
        "BACKEND": "connectid.jobs.backend.OutboxBackend",
        "QUEUES": ["default"],
        "OPTIONS": {"dead_letter_days": 2},
    }
}


@override_settings(TASKS=TASKS)
def test_the_retention_is_a_setting(letter: Job) -> None:
    Job.objects.update(failed_at=clock.now() - timedelta(days=3))
    discard_dead_letters.call()
    assert not Job.objects.exists()


def test_discarding_goes_on_until_none_is_left() -> None:
    now = clock.now()
    Job.objects.bulk_create(
        Job(
            task="t",
            queue="default",
            max_attempts=1,
            state=State.FAILED,
            run_at=now,
            failed_at=now,
            created_at=now,
        )
        for _ in range(2 * operations.ROWS_PER_STATEMENT + 1)
    )
    assert operations.discard_dead_letters(failed_before=now + timedelta(seconds=1)) == 2001
    assert not Job.objects.exists()


def test_the_admin_lists_jobs_with_their_cause(operator: Client, letter: Job) -> None:
    page = operator.get(reverse("admin:jobs_job_changelist"), {"state": "failed"}).content.decode()
    assert "the account is gone" in page
    assert "connectid.jobs.errors.GiveUp" in page
    assert operator.get(reverse("admin:jobs_job_change", args=[letter.pk])).status_code == 200


def test_the_admin_replays_and_discards(operator: Client, letter: Job) -> None:
    address = reverse("admin:jobs_job_changelist")
    operator.post(address, {"action": "replay", "_selected_action": [letter.pk]})
    letter.refresh_from_db()
    assert letter.state == State.READY
    run_pending()
    operator.post(address, {"action": "discard", "_selected_action": [letter.pk]})
    assert not Job.objects.exists()


def test_the_admin_neither_adds_nor_edits_nor_deletes(operator: Client, letter: Job) -> None:
    assert operator.get(reverse("admin:jobs_job_add")).status_code == 403
    assert operator.post(reverse("admin:jobs_job_change", args=[letter.pk]), {"task": "x"}).status_code == 403
    assert (
        operator.post(reverse("admin:jobs_job_delete", args=[letter.pk]), {"post": "yes"}).status_code == 403
    )
    letter.refresh_from_db()
    assert letter.state == State.FAILED


def test_the_admin_shows_the_schedule(operator: Client) -> None:
    ScheduleEntry.objects.create(name="nightly", cron="0 3 * * *", due_at=clock.now())
    assert "nightly" in operator.get(reverse("admin:jobs_scheduleentry_changelist")).content.decode()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_replay_gives_way_to_an_enqueueing_that_commits_while_it_runs() -> None:
    """Neither sees the other: the replay waits at the unique index, and there it would break the rule."""
    keyed = sample_tasks.give_up.using(unique_key="k")
    keyed.enqueue()
    run_pending()
    letter = Job.objects.get()
    replayed: list[int] = []

    def replay() -> None:
        try:
            replayed.append(operations.replay(ids=[letter.pk], at=clock.now()))
        finally:
            connection.close()

    thread = threading.Thread(target=replay)
    with transaction.atomic():
        keyed.enqueue()
        thread.start()
        until(_somebody_waits_for_a_lock)
    thread.join()
    assert replayed == [0]
    assert [(job.state, job.pk > letter.pk) for job in Job.objects.all()] == [(State.READY, True)]


def _somebody_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        count: int = cursor.fetchone()[0]
        return count > 0
