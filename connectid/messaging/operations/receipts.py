"""Acknowledgements by the phone: of notifications and, with those that announce one, of messages."""

import json
from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from connectid.core import datetimes, replicas, rows
from connectid.messaging import errors
from connectid.messaging.models import CallbackKind
from connectid.messaging.operations import callbacks
from connectid.notifications.models import Notification

MAX_ACKNOWLEDGED = 1000
"""Of one request; a poll hands out fewer."""

_RECEIVED = """
UPDATE notifications_notification SET received_at = %s, push_due_at = NULL
 WHERE account_id = %s AND received_at IS NULL AND {column} IN ({ids})
RETURNING message_id
"""

_DELIVERED = """
UPDATE messaging_message SET status = 'DELIVERED', received_at = %s
 WHERE id IN ({ids}) AND direction = 'M' AND received_at IS NULL
RETURNING id, channel_id
"""


def acknowledge(*, account_id: int, notification_ids: Collection[UUID], at: datetime) -> None:
    """Mark the account's own notifications received; those that already were stay as they are.

    Messages that they announce are received too, and their servers told, once (contract 13.4). At most four statements.
    Raises :class:`~connectid.messaging.errors.NothingMatched` where none of the ids is the account's.
    """
    with transaction.atomic():
        _acknowledge(account_id, "id", notification_ids, at)


def acknowledge_messages(*, account_id: int, message_ids: Collection[UUID], at: datetime) -> None:
    """The same by the ids of messages, as apps up to 2.61 do (contract 9)."""
    with transaction.atomic():
        _acknowledge(account_id, "message_id", message_ids, at)


def _acknowledge(account_id: int, column: str, ids: Collection[UUID], at: datetime) -> None:
    if not ids:
        raise errors.NothingMatched
    announced = _mark(account_id, column, ids, at)
    replicas.wrote([account_id])
    _deliver([id_ for id_ in announced if id_ is not None], at)
    if not announced:
        again = Notification.objects.filter(account_id=account_id, **{f"{column}__in": ids})
        if not again.exists():
            raise errors.NothingMatched


def _mark(account_id: int, column: str, ids: Collection[UUID], at: datetime) -> list[UUID | None]:
    """Mark what was not; return the message of each, or None."""
    sql = _RECEIVED.format(column=column, ids=", ".join(["%s"] * len(ids)))
    stored = [rows.stored_identifier(id_) for id_ in ids]
    with connection.cursor() as cursor:
        cursor.execute(sql, [rows.stored_moment(at), account_id, *stored])
        return [None if row[0] is None else rows.identifier(row[0]) for row in cursor.fetchall()]


def _deliver(message_ids: list[UUID], at: datetime) -> None:
    if not message_ids:
        return
    stored = [rows.stored_identifier(id_) for id_ in message_ids]
    by_channel: defaultdict[UUID, list[UUID]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            _DELIVERED.format(ids=", ".join(["%s"] * len(stored))), [rows.stored_moment(at), *stored]
        )
        for message_id, channel_id in cursor.fetchall():
            by_channel[rows.identifier(channel_id)].append(rows.identifier(message_id))
    received_on = datetimes.text_format(at)
    callbacks.queue(
        [
            callbacks.NewCallback(
                channel_id,
                CallbackKind.RECEIPT,
                json.dumps(
                    {
                        "channel_id": str(channel_id),
                        "messages": [{"message_id": str(id_), "received_on": received_on} for id_ in ids],
                    }
                ),
            )
            for channel_id, ids in by_channel.items()
        ],
        at=at,
    )
