"""Leases and keys at the level of the statements: who holds a job, and what becomes of a key that is taken."""

from datetime import datetime, timedelta

import pytest

from connectid.core import clock
from connectid.jobs import outbox, runner
from connectid.jobs.backend import enqueue_many
from connectid.jobs.models import Job, State
from connectid.jobs.outbox import Claim, Return
from connectid.jobs.tests import sample_tasks

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def claim(worker: str, at: datetime, limit: int = 10) -> list[Claim]:
    return outbox.claim(
        worker=worker, queues=["default", "slow"], limit=limit, at=at, lease_until=at + MINUTE
    )


def test_a_leased_job_is_nobody_elses() -> None:
    sample_tasks.note.enqueue("x")
    now = clock.now()
    assert len(claim("a", now)) == 1
    assert claim("b", now) == claim("a", now) == []


def test_an_expired_lease_is_taken_over_and_its_old_holder_changes_nothing_more() -> None:
    sample_tasks.note.enqueue("x")
    now = clock.now()
    [held] = claim("a", now)
    [taken] = claim("b", now + MINUTE)
    assert (taken.id, taken.attempts) == (held.id, 2)
    assert outbox.renew([held.id], worker="a", lease_until=now + 5 * MINUTE) == set()
    assert outbox.acknowledge([held.id], worker="a") == 0
    outbox.put_back([runner.release(held)], worker="a")
    job = Job.objects.get()
    assert (job.state, job.worker, job.run_at) == (State.RUNNING, "b", now + 2 * MINUTE)
    assert outbox.acknowledge([held.id], worker="b") == 1


def test_a_renewed_lease_holds() -> None:
    enqueue_many(sample_tasks.note.prepare(number) for number in range(3))
    now = clock.now()
    ids = [held.id for held in claim("a", now)]
    assert outbox.renew(ids[:2], worker="a", lease_until=now + 5 * MINUTE) == set(ids[:2])
    assert [taken.id for taken in claim("b", now + MINUTE)] == ids[2:]


def test_a_batch_is_the_front_of_all_queues_together() -> None:
    enqueue_many(
        [
            *(sample_tasks.note.using(priority=1).prepare(number) for number in range(3)),
            *(sample_tasks.note_slowly().prepare(number) for number in range(3)),
        ]
    )
    assert [held.priority for held in claim("a", clock.now(), limit=4)] == [5, 5, 5, 1]
    assert Job.objects.filter(state=State.READY).count() == 2


def test_dead_letters_are_never_claimed() -> None:
    sample_tasks.note.enqueue("x")
    Job.objects.update(state=State.FAILED, failed_at=clock.now())
    assert claim("a", clock.now() + MINUTE) == []


def test_a_released_job_keeps_its_attempts_and_the_last_error() -> None:
    sample_tasks.note.enqueue("x")
    Job.objects.update(error_class="builtins.OSError", error="at somewhere:1")
    outbox.put_back([runner.release(held) for held in claim("a", clock.now())], worker="a")
    job = Job.objects.get()
    assert (job.state, job.attempts, job.worker, job.error_class) == (State.READY, 0, "", "builtins.OSError")


def retry(held: Claim) -> Return:
    return Return(held, State.READY, clock.now(), held.attempts, "builtins.OSError", "")


def test_a_failed_job_whose_key_waits_again_leaves_its_work_to_the_one_that_waits() -> None:
    keyed = sample_tasks.note.using(unique_key="k")
    keyed.enqueue("first")
    [held] = claim("a", clock.now())
    waiting = keyed.enqueue("second")
    outbox.put_back([retry(held)], worker="a")
    assert [str(job.pk) for job in Job.objects.all()] == [waiting.id]


def test_two_runs_of_one_key_that_fail_together_leave_one_waiting() -> None:
    keyed = sample_tasks.note.using(unique_key="k")
    keyed.enqueue("first")
    held = claim("a", clock.now())
    keyed.enqueue("second")
    held += claim("a", clock.now())
    outbox.put_back(map(retry, held), worker="a")
    assert [job.args for job in Job.objects.all()] == [["first"]]


def test_a_dead_letter_keeps_its_place_though_its_key_waits() -> None:
    keyed = sample_tasks.note.using(unique_key="k")
    keyed.enqueue("first")
    [held] = claim("a", clock.now())
    keyed.enqueue("second")
    outbox.put_back([Return(held, State.FAILED, clock.now(), 1, "builtins.OSError", "")], worker="a")
    assert sorted(Job.objects.values_list("state", flat=True)) == [State.FAILED, State.READY]


def test_keys_of_other_jobs_do_not_matter() -> None:
    sample_tasks.note.using(unique_key="k").enqueue("first")
    held = claim("a", clock.now())
    sample_tasks.note.using(unique_key="other").enqueue("second")
    sample_tasks.give_up.using(unique_key="k").enqueue()
    sample_tasks.note.enqueue("no key")
    outbox.put_back(map(retry, held), worker="a")
    assert Job.objects.filter(state=State.READY).count() == 4
