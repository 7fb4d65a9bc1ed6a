"""Jobs that a larger statement enqueues are those that their task would have."""

from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from connectid.core import clock
from connectid.jobs import in_statement, wakeup
from connectid.jobs.models import Job
from connectid.jobs.tests import sample_tasks
from connectid.testing.places import another_connection

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]

PEOPLE = "(VALUES ('a'), ('b')) people (name)"


def enqueue_for_people(**changes: Any) -> None:
    task = sample_tasks.note.using(priority=7, queue_name="slow")
    sql = in_statement.insertion(
        task, of=PEOPLE, **{"key": "name", "args": "jsonb_build_array(name)"} | changes
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [clock.now()] * 2)


def rows() -> list[dict[str, Any]]:
    return [dict(row) for row in Job.objects.order_by("unique_key").values()]


def test_the_rows_are_the_same() -> None:
    with clock.frozen():
        enqueue_for_people()
        ours = rows()
        Job.objects.all().delete()
        for name in ("a", "b"):
            sample_tasks.note.using(priority=7, queue_name="slow", unique_key=name).enqueue(name)
        theirs = rows()
    assert [{**row, "id": None} for row in ours] == [{**row, "id": None} for row in theirs]


def test_a_key_that_waits_is_not_added_again() -> None:
    enqueue_for_people()
    first = rows()
    enqueue_for_people()
    assert rows() == first


def test_other_processes_hear_of_it_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    """As they do of jobs that are enqueued by themselves: one announcement, then none for a tenth of a second."""
    monkeypatch.setattr(wakeup, "_announced_at", float("-inf"))
    asked = [in_statement.is_announced(sample_tasks.note) for _ in range(2)]
    assert asked == ["true", "false"]
    with another_connection() as listening:
        listening.execute("LISTEN connectid_jobs")
        for announced in asked:
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT {in_statement.announcement()}", [announced])
        assert len(list(listening.notifies(timeout=2, stop_after=1))) == 1
        assert list(listening.notifies(timeout=0.2)) == []


def test_only_where_jobs_are_rows(settings: Settings) -> None:
    assert in_statement.is_possible(sample_tasks.note)
    settings.TASKS = {
        "default": {"BACKEND": "connectid.jobs.backend.ImmediateBackend", "QUEUES": ["default"]}
    }
    assert not in_statement.is_possible(sample_tasks.note)


def test_names_are_what_stands_between_quotes(settings: Settings) -> None:
    settings.TASKS = {"default": settings.TASKS["default"] | {"QUEUES": ["default", "slow'"]}}
    with pytest.raises(ValueError, match="no name of a task"):
        in_statement.insertion(sample_tasks.note.using(queue_name="slow'"), of=PEOPLE, key="name")
