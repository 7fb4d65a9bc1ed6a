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

_BOTH = """
WITH marked AS ({}),
     delivered AS ({})
SELECT NULL, NULL, count(*) FROM marked
UNION ALL
SELECT id, channel_id, 0 FROM delivered
""".format(_RECEIVED, _DELIVERED.replace("{ids}", "SELECT message_id FROM marked"))
"""The two in one statement, which SQLite cannot: it has no writes within a WITH."""

type _Delivered = list[tuple[UUID, UUID]]
"""Messages and their channels."""


def acknowledge(*, account_id: int, notification_ids: Collection[UUID], at: datetime) -> None:
    """Mark the account's own notifications received; those that already were stay as they are.

    Messages that they announce are received too, and their servers told, once (contract 13.4). At most three statements, on SQLite four.
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
    mark = _mark_at_once if connection.vendor == "postgresql" else _mark
    marked, delivered = mark(account_id, column, ids, at)
    replicas.wrote([account_id])
    _tell(delivered, at)
    if not marked:
        again = Notification.objects.filter(account_id=account_id, **{f"{column}__in": ids})
        if not again.exists():
            raise errors.NothingMatched


def _mark_at_once(
    account_id: int, column: str, ids: Collection[UUID], at: datetime
) -> tuple[int, _Delivered]:
    """Mark what was not; return how many that were, and the messages of them that had not been received."""
    sql = _BOTH.format(column=column, ids=", ".join(["%s"] * len(ids)))
    with connection.cursor() as cursor:
        cursor.execute(sql, [at, account_id, *ids, at])
        found = cursor.fetchall()
    return sum(row[2] for row in found), [(row[0], row[1]) for row in found if row[0] is not None]


def _mark(account_id: int, column: str, ids: Collection[UUID], at: datetime) -> tuple[int, _Delivered]:
    """The same in two statements."""
    sql = _RECEIVED.format(column=column, ids=", ".join(["%s"] * len(ids)))
    with connection.cursor() as cursor:
        cursor.execute(sql, [rows.stored_moment(at), account_id, *map(rows.stored_identifier, ids)])
        announced = [row[0] for row in cursor.fetchall()]
    return len(announced), _deliver([message_id for message_id in announced if message_id is not None], at)


def _deliver(message_ids: list[str], at: datetime) -> _Delivered:
    if not message_ids:
        return []
    sql = _DELIVERED.format(ids=", ".join(["%s"] * len(message_ids)))
    with connection.cursor() as cursor:
        cursor.execute(sql, [rows.stored_moment(at), *message_ids])
        return [(rows.identifier(id_), rows.identifier(channel_id)) for id_, channel_id in cursor.fetchall()]


def _tell(delivered: _Delivered, at: datetime) -> None:
    """Have the servers told which of their messages were received, and when."""
    if not delivered:
        return
    by_channel: defaultdict[UUID, list[UUID]] = defaultdict(list)
    for message_id, channel_id in delivered:
        by_channel[channel_id].append(message_id)
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
