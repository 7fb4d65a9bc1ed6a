"""Reminding people of messages that their phone has not fetched: one push each, with their number."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection

from connectid.core import rows
from connectid.devices import queries as device_queries
from connectid.notifications.models import Kind
from connectid.notifications.operations import pushing
from connectid.providers import push
from connectid.providers.push import DeadAddress, Push

BATCH = 1000
EVERY = timedelta(hours=1)
"""Nobody is reminded more often, however often the job runs and whatever becomes of it."""
FIRST_AFTER = timedelta(hours=1)
"""From a message on. Until then it is announced by its own push, and fetched by the hourly poll."""
PATIENCE = 30.0
COLLAPSE_KEY = "unread"
"""Of several reminders to a phone that is off FCM keeps the newest only."""

_CHOOSE = """
INSERT INTO notifications_reminder (account_id, reminded_at)
SELECT n.account_id, {moment}
  FROM notifications_notification n
 WHERE n.received_at IS NULL AND n.message_id IS NOT NULL AND n.created_at > %s AND n.created_at <= %s
   AND EXISTS (SELECT 1 FROM devices_pushregistration p WHERE p.account_id = n.account_id AND p.ended_at IS NULL)
   AND NOT EXISTS (SELECT 1 FROM notifications_reminder r WHERE r.account_id = n.account_id AND r.reminded_at > %s)
 GROUP BY n.account_id ORDER BY n.account_id LIMIT %s
    ON CONFLICT (account_id) DO UPDATE SET reminded_at = excluded.reminded_at
 WHERE notifications_reminder.reminded_at <= %s
RETURNING account_id
"""

_UNREAD = """
SELECT account_id, number, id, payload FROM (
    SELECT n.account_id, n.id, n.payload, count(*) OVER (PARTITION BY n.account_id) AS number,
           row_number() OVER (PARTITION BY n.account_id ORDER BY n.created_at DESC, n.id DESC) AS place
      FROM notifications_notification n
     WHERE n.received_at IS NULL AND n.message_id IS NOT NULL AND n.created_at > %s AND {chosen}
) newest WHERE place = 1
"""


def remind(*, at: datetime) -> int:
    """Push one reminder to everybody who has unread messages and was not reminded within :data:`EVERY`; return how many.

    Of messages older than ``REMINDERS_STOP_AFTER_HOURS`` nobody is reminded. A person is noted as reminded before the push leaves: of a
    process that dies, some people hear an hour later, and nobody twice. Four statements for each :data:`BATCH` people.
    """
    oldest = at - timedelta(hours=settings.REMINDERS_STOP_AFTER_HOURS)
    total = 0
    while chosen := _choose(at, oldest):
        total += _push(_unread(chosen, oldest), at)
    return total


@dataclass(frozen=True, slots=True)
class _Unread:
    """What waits for one account's phone; ``payload`` is that of the newest message."""

    account_id: int
    number: int
    notification_id: UUID
    payload: str


def _choose(at: datetime, oldest: datetime) -> list[int]:
    """Note up to :data:`BATCH` people as reminded now, and return them. One statement, so two workers never choose one person."""
    before = rows.stored_moment(at - EVERY)
    parameters = [
        rows.stored_moment(at),
        rows.stored_moment(oldest),
        rows.stored_moment(at - FIRST_AFTER),
        before,
        BATCH,
        before,
    ]
    with connection.cursor() as cursor:
        cursor.execute(_CHOOSE.format(moment=rows.as_moment()), parameters)
        return [account_id for (account_id,) in cursor.fetchall()]


def _unread(account_ids: Sequence[int], oldest: datetime) -> list[_Unread]:
    sql = _UNREAD.format(chosen=rows.among("n.account_id", of="bigint"))
    with connection.cursor() as cursor:
        cursor.execute(sql, [rows.stored_moment(oldest), rows.listed(account_ids)])
        return [
            _Unread(account_id, number, rows.identifier(pk), payload)
            for account_id, number, pk, payload in cursor.fetchall()
        ]


def _push(unread: Sequence[_Unread], at: datetime) -> int:
    recipients = device_queries.recipients_by_account([one.account_id for one in unread])
    reached = [
        (recipients[one.account_id], one)
        for one in unread
        if getattr(recipients.get(one.account_id), "token", "")
    ]
    outcomes = push.pick().send(
        [_composed(one, recipient.token) for recipient, one in reached], deadline=PATIENCE
    )
    pushing.count("reminder", outcomes)
    pushing.end_dead(
        [
            (recipient.registration_id, recipient.token)
            for (recipient, _), outcome in zip(reached, outcomes, strict=True)
            if isinstance(outcome, DeadAddress) and recipient.registration_id is not None
        ],
        at=at,
    )
    return len(reached)


def _composed(one: _Unread, address: str) -> Push:
    """The push of a reminder: as of the newest message, so that the app polls, and opens its channel (contract 12.3)."""
    newest: dict[str, str] = json.loads(one.payload)
    names: tuple[str, ...] = ("message_id", "channel", "channel_name")
    known = {name: newest[name] for name in names if name in newest}
    waiting = "1 message is" if one.number == 1 else f"{one.number} messages are"
    content: dict[str, str] = {
        **known,
        "action": "ccc_message",
        "title": "Unread messages",
        "body": f"{waiting} waiting for you",
        "count": str(one.number),
        "notification_id": str(one.notification_id),
        "notification_type": Kind.MESSAGING.value,
    }
    return Push(address=address, content=content, collapse_key=COLLAPSE_KEY)
