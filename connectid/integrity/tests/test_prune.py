"""Forgetting tokens and reports (docs/topics/attestation.md)."""

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from connectid.core import clock
from connectid.integrity import operations, tasks
from connectid.integrity.models import IntegrityReport, SeenToken

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("count", [1, 200])
def test_only_what_is_old_goes_in_two_statements(
    django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    now = clock.now()
    ages = {"old": timedelta(days=1, seconds=1), "new": timedelta(hours=23)}
    SeenToken.objects.bulk_create(
        SeenToken(digest=f"{name}-{n}", seen_at=now - age) for name, age in ages.items() for n in range(count)
    )
    for name, days in (("old", 366), ("new", 364)):
        IntegrityReport.objects.bulk_create(
            IntegrityReport(request_id=f"{name}-{n}", reported_at=now - timedelta(days=days))
            for n in range(count)
        )
    with django_assert_num_queries(2):
        assert operations.prune(at=now) == 2 * count
    assert set(SeenToken.objects.values_list("digest", flat=True)) == {f"new-{n}" for n in range(count)}
    assert set(IntegrityReport.objects.values_list("request_id", flat=True)) == {
        f"new-{n}" for n in range(count)
    }


def test_the_job_takes_its_time_from_the_clock() -> None:
    SeenToken.objects.create(digest="a", seen_at=clock.now())
    with clock.frozen(clock.now() + timedelta(days=2)):
        assert tasks.prune.call() == 1
