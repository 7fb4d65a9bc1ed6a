"""What other features have told to phones."""

import json

import pytest

from connectid.core import clock
from connectid.jobs.models import Job
from connectid.notifications.models import Kind, Notification
from connectid.notifications.operations import notices
from connectid.notifications.operations.notices import Notice
from connectid.testing.budget import StatementBudget
from connectid.testing.scene import new_account

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("count", [1, 30])
def test_many_people_cost_two_statements(statement_budget: StatementBudget, count: int) -> None:
    told = [
        Notice(new_account().pk, {"title": f"for {n}"}, push_options={"title": "T"}) for n in range(count)
    ]
    with statement_budget.at_most(2):
        notices.store_all(told, kind=Kind.CONNECT, at=clock.now())
    stored = Notification.objects.values_list("account_id", "payload", "push_options")
    assert {(pk, json.loads(payload)["title"]) for pk, payload, _ in stored} == {
        (notice.account_id, notice.payload["title"]) for notice in told
    }
    assert {options for *_, options in stored} == {'{"title": "T"}'}
    assert Job.objects.filter(task__endswith="push_waiting").count() == 1


def test_nobody_costs_nothing(statement_budget: StatementBudget) -> None:
    with statement_budget.at_most(0):
        notices.store_all([], kind=Kind.CONNECT, at=clock.now())
