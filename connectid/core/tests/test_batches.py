"""Deleting many rows, a batch to a statement."""

import pytest
from django.contrib.sessions.models import Session

from connectid.core import batches, clock
from connectid.testing.statements import count_statements

pytestmark = pytest.mark.django_db


def sessions(count: int) -> None:
    Session.objects.bulk_create(
        Session(session_key=f"{number:032}", session_data="", expire_date=clock.now())
        for number in range(count)
    )


@pytest.mark.parametrize(("rows", "statements"), [(0, 1), (6, 1), (7, 2), (20, 3)])
def test_one_statement_for_each_batch(rows: int, statements: int) -> None:
    sessions(rows)
    with count_statements() as ran:
        assert batches.delete(Session.objects.all(), batch=7) == rows
    assert len(ran) == statements
    assert not Session.objects.exists()


def test_only_what_is_doomed() -> None:
    sessions(3)
    assert batches.delete(Session.objects.filter(session_key__endswith="1")) == 1
    assert Session.objects.count() == 2


def test_the_rest_waits_for_the_next_run() -> None:
    sessions(25)
    assert batches.delete(Session.objects.all(), batch=5, at_most=10) == 10
    assert batches.delete(Session.objects.all(), batch=5) == 15
