"""The backlog as Prometheus sees it: one statement per scrape for each reading."""

from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from pytest_django import DjangoAssertNumQueries

from connectid.core import clock
from connectid.jobs import metrics, outbox
from connectid.jobs.backend import enqueue_many
from connectid.jobs.models import Job, State
from connectid.jobs.tests import sample_tasks

pytestmark = pytest.mark.django_db


def test_depth_and_age_by_queue(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    registry = CollectorRegistry()
    registry.register(metrics.BacklogCollector())
    with clock.frozen() as frozen:
        sample_tasks.note.enqueue("oldest")
        frozen.advance(seconds=90)
        enqueue_many(sample_tasks.note.prepare(number) for number in range(3))
        sample_tasks.note.using(run_after=frozen.at + timedelta(hours=1)).enqueue("later")
        sample_tasks.note_slowly().enqueue("running")
        outbox.claim(
            worker="w", queues=["slow"], limit=1, at=frozen.at, lease_until=frozen.at + timedelta(minutes=1)
        )
        sample_tasks.note_slowly().using(priority=0).enqueue("dead")
        Job.objects.filter(args=["dead"]).update(state=State.FAILED, failed_at=frozen.at)
        with django_assert_num_queries(len(metrics.READINGS)):
            text = generate_latest(registry).decode()
    for line in (
        'connectid_jobs{queue="default",standing="due"} 4.0',
        'connectid_jobs{queue="default",standing="deferred"} 1.0',
        'connectid_jobs{queue="slow",standing="running"} 1.0',
        'connectid_jobs{queue="slow",standing="failed"} 1.0',
        'connectid_jobs_oldest_due_seconds{queue="default"} 90.0',
    ):
        assert line in text


def test_registering_does_not_read_the_database(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        CollectorRegistry().register(metrics.BacklogCollector())
