"""Jobs that are with a broker, at the level of the statements: lent, claimed by id, due again."""

from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction

from connectid.core import clock
from connectid.jobs import handover, outbox, queries
from connectid.jobs.backend import enqueue_many
from connectid.jobs.models import Job, State
from connectid.jobs.outbox import Return
from connectid.jobs.tests import sample_tasks
from connectid.testing.at_once import at_once

MINUTE = timedelta(minutes=1)


def lend(at: datetime, limit: int = 10) -> list[int]:
    return handover.lend(queue="default", limit=limit, at=at, until=at + MINUTE)


def claimed(ids: list[int], worker: str = "w") -> list[int]:
    return [held.id for held in handover.claim(ids, worker=worker, lease_until=clock.now() + 2 * MINUTE)]


@pytest.mark.django_db
def test_the_most_urgent_are_lent_first_and_once() -> None:
    enqueue_many(sample_tasks.note.using(priority=number).prepare(number) for number in range(4))
    now = clock.now()
    urgent, lax = lend(now, limit=2), lend(now)
    assert list(Job.objects.filter(pk__in=urgent).values_list("args", flat=True).order_by("pk")) == [[2], [3]]
    assert [Job.objects.get(pk=pk).args for pk in urgent + lax] == [[3], [2], [1], [0]]
    assert lend(now) == []


@pytest.mark.django_db
def test_a_message_that_comes_twice_finds_nothing_the_second_time() -> None:
    sample_tasks.note.enqueue("x")
    ids = lend(clock.now())
    assert claimed(ids) == ids
    assert claimed(ids) == []
    assert Job.objects.get().attempts == 1


@pytest.mark.django_db
def test_a_lost_message_costs_no_attempt_and_its_job_is_due_again() -> None:
    sample_tasks.note.enqueue("x")
    now = clock.now()
    ids = lend(now)
    assert lend(now + MINUTE - timedelta(seconds=1)) == []
    assert lend(now + MINUTE) == ids
    assert claimed(ids) == ids
    assert Job.objects.get().attempts == 1


@pytest.mark.django_db
def test_a_late_message_does_not_bring_a_retry_forward() -> None:
    sample_tasks.note.enqueue("x")
    ids = lend(clock.now())
    [held] = handover.claim(ids, worker="w", lease_until=clock.now() + MINUTE)
    outbox.put_back([Return(held, State.READY, clock.now() + MINUTE, 1, "builtins.OSError", "")], worker="w")
    assert claimed(ids) == []


@pytest.mark.django_db
def test_a_worker_that_asks_the_table_takes_over_what_was_lost() -> None:
    sample_tasks.note.enqueue("x")
    now = clock.now()
    ids = lend(now)
    later = now + MINUTE
    taken = outbox.claim(worker="w", queues=["default"], limit=1, at=later, lease_until=later + MINUTE)
    assert [held.id for held in taken] == ids
    assert claimed(ids, "other") == []


@pytest.mark.django_db
def test_what_the_broker_did_not_take_is_due_as_it_was() -> None:
    sample_tasks.note.enqueue("x")
    due_at = Job.objects.get().run_at
    handover.take_back(lend(clock.now()))
    job = Job.objects.get()
    assert (job.run_at, job.with_broker_since, job.state) == (due_at, None, State.READY)


@pytest.mark.django_db
def test_a_key_that_is_with_the_broker_still_waits() -> None:
    keyed = sample_tasks.note.using(unique_key="k")
    keyed.enqueue("first")
    ids = lend(clock.now())
    assert keyed.enqueue("second").id == str(ids[0])
    assert Job.objects.count() == 1


@pytest.mark.django_db
def test_a_dead_workers_job_is_lent_though_its_key_waits_again() -> None:
    keyed = sample_tasks.note.using(unique_key="k")
    keyed.enqueue("first")
    now = clock.now()
    outbox.claim(worker="dead", queues=["default"], limit=1, at=now, lease_until=now + MINUTE)
    keyed.enqueue("second")
    ids = lend(now + MINUTE)
    assert len(ids) == 2
    assert outbox.acknowledge(ids, worker="dead") == 0
    assert sorted(claimed(ids)) == sorted(ids)


@pytest.mark.django_db
def test_the_backlog_counts_it_as_due_since_before_it_was_lent() -> None:
    sample_tasks.note.enqueue("x")
    due_at = Job.objects.get().run_at
    now = clock.now()
    lend(now)
    lend(now + MINUTE)
    assert queries.backlog(at=now) == [("default", "due", 1, due_at)]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_dispatchers_share_the_jobs_out() -> None:
    enqueue_many(sample_tasks.note.prepare(number) for number in range(200))
    now = clock.now()
    shares = at_once(*[lambda: lend(now, limit=100)] * 3)
    lent = [id_ for share in shares for id_ in share]
    assert len(lent) == len(set(lent))
    assert len(lent) + len(lend(now, limit=200)) == 200


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_job_whose_key_is_being_enqueued_is_waited_for_not_left_to_its_loan() -> None:
    keyed = sample_tasks.note.using(unique_key="k")
    keyed.enqueue("first")
    sample_tasks.note.enqueue("free")
    ids = lend(clock.now())

    def enqueue_slowly() -> list[int]:
        with transaction.atomic():
            keyed.enqueue("second")
            sample_tasks.started.set()
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(0.3)")
        return []

    def claim_meanwhile() -> list[int]:
        sample_tasks.started.wait(10)
        return claimed(ids)

    results = at_once(enqueue_slowly, claim_meanwhile)
    assert sorted(id_ for result in results for id_ in result) == sorted(ids)
