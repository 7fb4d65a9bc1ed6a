"""The job that keeps the monthly counts, and what sets them right."""

from datetime import timedelta

import pytest

from connectid.accounts.models import Account, CountedAs
from connectid.core import clock
from connectid.enrollment.operations import registration
from connectid.insights import queries, tasks
from connectid.insights.models import MonthlyCount
from connectid.insights.operations import counting
from connectid.insights.tests.counting_scene import JULY, held, slowly, worker
from connectid.testing.at_once import at_once
from connectid.testing.budget import StatementBudget
from connectid.testing.scene import new_account


@pytest.mark.django_db
def test_the_job_counts_what_is_new_and_what_changed() -> None:
    locked = worker()
    worker()
    worker(is_invited=True, is_self_enrolled=False)
    tasks.count.call()
    assert held() == {"2026-07": (3, 2)}
    Account.objects.filter(pk=locked.pk).update(is_active=False)
    tasks.count.call()
    assert held() == {"2026-07": (3, 1)}
    locked.refresh_from_db(fields=["counted_as"])
    assert locked.counted_as == CountedAs.ACCOUNT


@pytest.mark.django_db
def test_a_run_without_news_changes_nothing() -> None:
    worker()
    assert (counting.roll_up(), counting.roll_up()) == (1, 0)
    assert held() == {"2026-07": (1, 1)}


@pytest.mark.django_db
def test_a_run_ends_and_the_next_goes_on() -> None:
    for _ in range(5):
        worker()
    assert counting.roll_up(batch=2, at_most=3) == 4
    assert held() == {"2026-07": (4, 4)}
    assert counting.roll_up(batch=2) == 1


@pytest.mark.django_db
def test_statements(statement_budget: StatementBudget) -> None:
    """The accounts, the months, the accounts again."""

    def grow(accounts: int) -> None:
        for number in range(accounts):
            worker(JULY - timedelta(days=40 * number))

    def run() -> None:
        Account.objects.filter(counted_as=CountedAs.SELF_ENROLLED).update(is_active=False)
        tasks.count.call()

    statement_budget(4, grow=grow, act=run)


@pytest.mark.django_db
def test_statements_of_mending(statement_budget: StatementBudget) -> None:
    """What there is, what is kept, and that anew; one is the test's."""

    def run() -> None:
        MonthlyCount.objects.all().delete()
        tasks.reconcile_counts.call()

    statement_budget(5, grow=lambda n: [worker() for _ in range(n)], act=run)


@pytest.mark.django_db
def test_accounts_that_are_deleted_leave_the_counts() -> None:
    """Registered by an older app and never proven, for longer than such accounts are kept."""
    at = clock.now()
    new_account(phone_number="", unproven_since=at - registration.KEPT - timedelta(days=1), date_joined=JULY)
    worker()
    counting.roll_up()
    assert registration.prune(at=at) == 1
    assert held() == {"2026-07": (1, 1)}
    assert queries.user_counts() == slowly()


@pytest.mark.django_db
def test_reconciling_mends_what_somebody_did_by_hand() -> None:
    for number in range(3):
        worker(JULY - timedelta(days=40 * number))
    counting.roll_up()
    assert counting.reconcile() is False
    Account.objects.filter(date_joined=JULY)._raw_delete("default")
    MonthlyCount.objects.filter(month="2026-06").update(total=7)
    tasks.reconcile_counts.call()
    assert queries.user_counts() == slowly()
    assert counting.reconcile() is False


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_runs_at_once_count_everybody_once() -> None:
    for number in range(60):
        worker(JULY - timedelta(days=20 * number))
    done = at_once(*[lambda: counting.roll_up(batch=7)] * 3, counting.reconcile, counting.reconcile)
    assert sum(count for count in done if count is not True and count is not False) == 60
    assert queries.user_counts() == slowly()
    assert counting.reconcile() is False
