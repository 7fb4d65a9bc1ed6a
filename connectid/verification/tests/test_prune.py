"""Forgetting what no longer decides anything."""

from datetime import datetime

import pytest
from pytest_django import DjangoAssertNumQueries

from connectid.core import clock
from connectid.verification import pruning, tasks
from connectid.verification.models import Challenge, Counter
from connectid.verification.tests.acts import after, number, send

pytestmark = pytest.mark.django_db


def prune(at: datetime) -> tuple[int, int, int]:
    return pruning.prune(at=at), Challenge.objects.count(), Counter.objects.count()


def test_challenges_go_a_week_after_their_end_and_counters_after_two_quiet_days() -> None:
    send()
    counters = Counter.objects.count()
    assert prune(after(days=2)) == (0, 1, counters)
    assert prune(after(days=2, seconds=1)) == (counters, 1, 0)
    assert prune(after(days=7, minutes=10)) == (0, 1, 0)
    assert prune(after(days=7, minutes=10, seconds=1)) == (1, 0, 0)


def test_what_lives_stays() -> None:
    send()
    send(after(days=30))
    pruning.prune(at=after(days=30))
    assert Challenge.objects.count() == 1
    assert Counter.objects.exists()


@pytest.mark.parametrize(("rows", "statements"), [(3, 2), (10, 3)])
def test_rows_go_in_batches(
    rows: int, statements: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for index in range(rows):
        send(address=number(index), scope=f"session:{index}")
    Counter.objects.all().delete()
    with django_assert_num_queries(statements):
        assert pruning.prune(at=after(days=30), batch=7) == rows


def test_it_has_a_job() -> None:
    send()
    with clock.frozen(after(days=30)):
        tasks.prune.call()
    assert not Challenge.objects.exists()
