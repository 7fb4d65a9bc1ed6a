"""The nightly job: what is over goes after three months, what still waits stays (E-23)."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from pytest_django import Settings

from connectid.config.schedule import SCHEDULE
from connectid.core import clock
from connectid.messaging import tasks
from connectid.messaging.models import Callback, CallbackKind, Channel, Direction, Message
from connectid.messaging.operations import pruning
from connectid.notifications.models import Kind, Notification
from connectid.testing.budget import StatementBudget
from connectid.testing.partners import new_channel, new_partner
from connectid.testing.scene import new_account
from connectid.testing.statements import count_statements

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def channel() -> Channel:
    return new_channel(new_partner(), new_account().pk)


def message(channel: Channel, sent_at: datetime, direction: Direction = Direction.TO_PHONE) -> Message:
    made: Message = Message.objects.create(id=uuid4(), channel=channel, direction=direction, sent_at=sent_at)
    return made


def announced(sent: Message, **fields: Any) -> None:
    Notification.objects.create(
        account_id=sent.channel.account_id, kind=Kind.MESSAGING, payload="{}", message_id=sent.pk, **fields
    )


def given_up(sent: Message, at: datetime) -> None:
    Callback.objects.create(
        channel=sent.channel, message=sent, kind=CallbackKind.DELIVERY, body="{}", given_up_at=at
    )


def test_what_is_over_goes_after_three_months(channel: Channel, settings: Settings) -> None:
    now = clock.now()
    message(channel, now - 90 * DAY)
    announced(message(channel, now - 91 * DAY), received_at=now)
    kept = message(channel, now - 89 * DAY)
    assert pruning.prune(at=now) == 2
    assert Message.objects.get() == kept
    settings.MESSAGES_KEPT_DAYS = 80
    assert pruning.prune(at=now) == 1


def test_what_still_waits_stays(channel: Channel) -> None:
    now = clock.now()
    announced(message(channel, now - 91 * DAY))
    to_server = message(channel, now - 91 * DAY, Direction.TO_SERVER)
    Callback.objects.create(channel=channel, message=to_server, kind=CallbackKind.DELIVERY, body="{}")
    assert pruning.prune(at=now) == 0


def test_calls_that_nobody_replayed_go_with_their_messages(channel: Channel, settings: Settings) -> None:
    """What they hold is sealed content for a partner that did not take it for days, nor wants it."""
    now = clock.now()
    given_up(message(channel, now - 93 * DAY, Direction.TO_SERVER), now - 90 * DAY)
    kept = message(channel, now - 93 * DAY, Direction.TO_SERVER)
    given_up(kept, now - 89 * DAY)
    assert pruning.prune(at=now) == 2
    assert (Message.objects.get(), Callback.objects.get().message_id) == (kept, kept.pk)
    settings.MESSAGES_KEPT_DAYS = 80
    assert pruning.prune(at=now) == 2


def test_rows_go_in_batches(channel: Channel) -> None:
    now = clock.now()
    for _ in range(7):
        given_up(message(channel, now - 91 * DAY, Direction.TO_SERVER), now - 91 * DAY)
    with count_statements() as statements:
        assert pruning.prune(at=now, batch=5) == 14
    assert len(statements) == 2 + 2


def test_statements(channel: Channel, statement_budget: StatementBudget) -> None:
    now = clock.now()

    def grow(number: int) -> None:
        for _ in range(number):
            given_up(message(channel, now - 91 * DAY, Direction.TO_SERVER), now - 91 * DAY)

    statement_budget(2, grow=grow, act=tasks.prune.call, consumed=True, cap=999)


def test_it_has_a_job(channel: Channel) -> None:
    message(channel, clock.now() - 91 * DAY)
    tasks.prune.call()
    assert not Message.objects.exists()
    assert any(entry.task is tasks.prune for entry in SCHEDULE)
