"""Acknowledgements by the phone: of notifications and, with those that announce one, of messages."""

import json
from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from functools import cache
from uuid import UUID

from django.db import connection, transaction

from connectid.core import datetimes, prepared, replicas, rows
from connectid.jobs import in_statement, wakeup
from connectid.messaging import errors, tasks
from connectid.messaging.models import CallbackKind
from connectid.messaging.operations import callbacks
from connectid.notifications.models import Notification

MAX_ACKNOWLEDGED = 1000
"""Of one request; a poll hands out fewer."""

_RECEIVED = """
UPDATE notifications_notification SET received_at = %s, push_due_at = NULL
 WHERE account_id = %s AND received_at IS NULL AND {column} {among}
RETURNING message_id
"""

_DELIVERED = """
UPDATE messaging_message SET status = 'DELIVERED', received_at = %s
 WHERE id IN ({ids}) AND direction = 'M' AND received_at IS NULL
RETURNING id, channel_id
"""

_AT_ONCE = """
WITH marked AS ({marked}),
     delivered AS ({delivered}),
     told AS (
    INSERT INTO messaging_callback (channel_id, kind, body, attempts, due_at, created_at, failure, is_refused)
    SELECT channel_id, 'receipt',
           '{{"channel_id": "' || channel_id || '", "messages": ['
           || string_agg('{{"message_id": "' || id || '", "received_on": "' || CAST(%s AS text) || '"}}', ', ') || ']}}',
           0, {at}, {at}, '', FALSE
      FROM delivered GROUP BY channel_id),
     woken AS ({wake})
SELECT count(*), {announcement} FROM marked
"""
"""All of it, on PostgreSQL (docs/decisions/0041-writes-in-one-statement.md); SQLite has no writes within a WITH."""

type _Delivered = list[tuple[UUID, UUID]]
"""Messages and their channels."""


def acknowledge(*, account_id: int, notification_ids: Collection[UUID], at: datetime) -> None:
    """Mark the account's own notifications received; those that already were stay as they are.

    Messages that they announce are received too, and their servers told, once (contract 13.4). One statement on PostgreSQL, elsewhere four;
    one more where nothing was marked.
    Raises :class:`~connectid.messaging.errors.NothingMatched` where none of the ids is the account's.
    """
    _acknowledge(account_id, "id", notification_ids, at)


def acknowledge_messages(*, account_id: int, message_ids: Collection[UUID], at: datetime) -> None:
    """The same by the ids of messages, as apps up to 2.61 do (contract 9)."""
    _acknowledge(account_id, "message_id", message_ids, at)


def _acknowledge(account_id: int, column: str, ids: Collection[UUID], at: datetime) -> None:
    if not ids:
        raise errors.NothingMatched
    settle = _settle_at_once if in_statement.is_possible(tasks.relay_channel) else _settle
    marked = settle(account_id, column, ids, at)
    if not marked:
        again = Notification.objects.filter(account_id=account_id, **{f"{column}__in": ids})
        if not again.exists():
            raise errors.NothingMatched


def _settle_at_once(account_id: int, column: str, ids: Collection[UUID], at: datetime) -> int:
    """Mark what was not, have the servers told of messages among it; return how many were marked."""
    found = prepared.rows(
        _at_once(column),
        [
            *(at, account_id, _array(ids)),
            at,
            *(datetimes.text_format(at), at, at),
            *(at, at, in_statement.is_announced(tasks.relay_channel)),
        ],
    )
    replicas.wrote([account_id])
    wakeup.ring_on_commit()
    return int(found[0][0])


@cache
def _at_once(column: str) -> str:
    return _AT_ONCE.format(
        marked=_RECEIVED.format(column=column, among="= ANY(CAST(%s AS uuid[]))"),
        delivered=_DELIVERED.format(ids="SELECT message_id FROM marked"),
        at="CAST(%s AS timestamptz)",
        wake=in_statement.insertion(
            tasks.relay_channel,
            of="(SELECT DISTINCT channel_id FROM delivered ORDER BY channel_id) channels",
            key="CAST(channel_id AS text)",
            args="jsonb_build_array(channel_id)",
        ),
        announcement=in_statement.announcement(),
    )


def _array(ids: Collection[UUID]) -> str:
    return f"{{{','.join(map(str, ids))}}}"


def _settle(account_id: int, column: str, ids: Collection[UUID], at: datetime) -> int:
    """The same in four statements."""
    sql = _RECEIVED.format(column=column, among=f"IN ({', '.join(['%s'] * len(ids))})")
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(sql, [rows.stored_moment(at), account_id, *map(rows.stored_identifier, ids)])
            announced = [row[0] for row in cursor.fetchall()]
        _tell(_deliver([message_id for message_id in announced if message_id is not None], at), at)
        replicas.wrote([account_id])
    return len(announced)


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
