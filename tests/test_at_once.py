"""Tests of races are as good as what lets the racers go (``connectid.testing.at_once``)."""

import threading
from functools import partial

import pytest
from django.db import connection

from connectid.testing.at_once import at_once

THREADS = 12
"""More than the pool has connections."""


def test_all_run_together() -> None:
    meeting = threading.Barrier(8, timeout=20)  # broken unless all eight wait in it
    assert sorted(at_once(*[meeting.wait] * 8)) == [*range(8)]


def test_what_one_of_them_raises_is_raised() -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        at_once(*[partial(int, "5")] * 7, partial(int, "five"))


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_number_of_threads_share_what_there_is_to_do_on_a_connection_each() -> None:
    asked = at_once(*[backend] * 3 * THREADS, threads=THREADS)
    assert len(asked) == 3 * THREADS
    assert len({*asked}) == THREADS
    connection.ensure_connection()


def backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])
