"""The schedule: one enqueueing per tick, whatever the number of workers and however long none ran."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from pytest_django import DjangoAssertNumQueries

from connectid.config.schedule import SCHEDULE
from connectid.core import clock
from connectid.jobs import schedule, tasks
from connectid.jobs.models import Job, ScheduleEntry
from connectid.jobs.schedule import Scheduled, ScheduleInvalid, Scheduler
from connectid.jobs.tests import sample_tasks
from connectid.testing.at_once import at_once

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

EVERY_TEN_MINUTES = (Scheduled(cron="*/10 * * * *", task=sample_tasks.give_up),)


def minutes(count: int) -> datetime:
    return NOON + timedelta(minutes=count)


@pytest.mark.django_db
def test_each_tick_is_enqueued_once_by_whoever_is_first() -> None:
    one, other = Scheduler(EVERY_TEN_MINUTES), Scheduler(EVERY_TEN_MINUTES)
    assert [one.tick(minutes(1)), other.tick(minutes(1))] == [0, 0]
    assert [one.tick(minutes(10)), other.tick(minutes(10)), one.tick(minutes(11))] == [1, 0, 0]
    entry = ScheduleEntry.objects.get()
    assert (entry.due_at, entry.enqueued_at) == (minutes(20), minutes(10))
    Job.objects.all().delete()
    assert [other.tick(minutes(21)), one.tick(minutes(22))] == [1, 0]


@pytest.mark.django_db
def test_ticks_missed_while_nobody_ran_are_one() -> None:
    Scheduler(EVERY_TEN_MINUTES).tick(NOON)
    after_an_outage = Scheduler(EVERY_TEN_MINUTES)
    assert after_an_outage.tick(minutes(305)) == 1
    assert ScheduleEntry.objects.get().due_at == minutes(310)
    assert after_an_outage.tick(minutes(309)) == 0


@pytest.mark.django_db
def test_a_tick_adds_nothing_while_the_last_one_still_waits() -> None:
    scheduler = Scheduler(EVERY_TEN_MINUTES)
    for count in (0, 10, 20):
        scheduler.tick(minutes(count))
    assert Job.objects.count() == 1


@pytest.mark.django_db
def test_between_ticks_the_database_is_left_alone(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    scheduler = Scheduler(EVERY_TEN_MINUTES)
    scheduler.tick(NOON)
    with django_assert_num_queries(0):
        for second in range(100):
            scheduler.tick(NOON + timedelta(seconds=second))


@pytest.mark.django_db
def test_a_new_release_changes_the_times() -> None:
    old, new = (
        Scheduler(EVERY_TEN_MINUTES),
        Scheduler((Scheduled(cron="5 * * * *", task=sample_tasks.give_up),)),
    )
    old.tick(NOON)
    assert new.tick(NOON) == 0
    assert ScheduleEntry.objects.get().due_at == minutes(5)
    assert old.tick(minutes(10)) == 0, "a worker of the old release no longer decides"
    assert new.tick(minutes(10)) == 1


@pytest.mark.django_db
def test_entries_of_other_releases_are_left_alone() -> None:
    Scheduler((Scheduled(cron="* * * * *", task=sample_tasks.give_up, name="newer"),)).tick(NOON)
    Scheduler(EVERY_TEN_MINUTES).tick(NOON)
    assert ScheduleEntry.objects.count() == 2


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_eight_workers_enqueue_a_tick_once() -> None:
    schedulers = [Scheduler(EVERY_TEN_MINUTES) for _ in range(8)]
    for scheduler in schedulers:
        scheduler.tick(NOON)
    enqueued = at_once(*(partial(scheduler.tick, minutes(10)) for scheduler in schedulers))
    assert sorted(enqueued) == [0] * 7 + [1]
    assert Job.objects.count() == 1


def test_an_entry_says_what_is_wrong_with_it() -> None:
    with pytest.raises(ScheduleInvalid, match="61"):
        Scheduled(cron="61 * * * *", task=sample_tasks.give_up)


def test_two_entries_of_one_task_need_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectid.config.schedule.SCHEDULE", EVERY_TEN_MINUTES * 2)
    with pytest.raises(ScheduleInvalid, match="two entries"):
        schedule.load("connectid.config.schedule.SCHEDULE")


def test_the_schedule_of_the_server_is_valid() -> None:
    assert schedule.load("connectid.config.schedule.SCHEDULE") == SCHEDULE
    assert tasks.discard_dead_letters in [entry.task for entry in SCHEDULE]
    assert all(entry.after(clock.now()) > clock.now() for entry in SCHEDULE)
