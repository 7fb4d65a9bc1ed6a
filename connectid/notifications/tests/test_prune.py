"""The nightly job: what phones have goes after a week, what none came for after three months (E-23)."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from connectid.config.schedule import SCHEDULE
from connectid.core import clock
from connectid.notifications import tasks
from connectid.notifications.models import Kind, Notification, Reminder
from connectid.notifications.operations import pruning
from connectid.testing.budget import StatementBudget
from connectid.testing.scene import new_account
from connectid.testing.statements import count_statements

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def notification(**fields: Any) -> Notification:
    made: Notification = Notification.objects.create(
        account=new_account(), kind=Kind.CONNECT, payload="{}", **fields
    )
    return made


def test_what_was_acknowledged_goes_after_a_week(settings: Settings) -> None:
    now = clock.now()
    notification(received_at=now - 7 * DAY)
    kept = notification(received_at=now - 7 * DAY + SECOND)
    assert pruning.prune(at=now) == 1
    assert Notification.objects.get() == kept
    settings.ACKNOWLEDGED_KEPT_DAYS = 6
    assert pruning.prune(at=now) == 1


def test_what_nobody_came_for_goes_after_three_months(settings: Settings) -> None:
    now = clock.now()
    notification(created_at=now - 90 * DAY)
    kept = notification(created_at=now - 90 * DAY + SECOND)
    assert pruning.prune(at=now) == 1
    assert Notification.objects.get() == kept
    settings.UNREAD_KEPT_DAYS = 80
    assert pruning.prune(at=now) == 1


def test_when_somebody_was_reminded() -> None:
    now = clock.now()
    Reminder.objects.create(account=new_account(), reminded_at=now - pruning.REMINDERS_KEPT)
    Reminder.objects.create(account=new_account(), reminded_at=now - pruning.REMINDERS_KEPT + SECOND)
    assert pruning.prune(at=now) == 1


def test_rows_go_in_batches() -> None:
    now = clock.now()
    for _ in range(7):
        notification(received_at=now - 8 * DAY)
    with count_statements() as statements:
        assert pruning.prune(at=now, batch=5) == 7
    assert len(statements) == 2 + 1 + 1


def test_statements(statement_budget: StatementBudget) -> None:
    now = clock.now()

    def grow(number: int) -> None:
        for _ in range(number):
            notification(received_at=now - 8 * DAY)

    statement_budget(3, grow=grow, act=tasks.prune.call, consumed=True, cap=999)


def test_it_has_a_job() -> None:
    notification(received_at=clock.now() - 8 * DAY)
    tasks.prune.call()
    assert not Notification.objects.exists()
    assert any(entry.task is tasks.prune for entry in SCHEDULE)
