"""What phones poll, hour by hour: one statement, whose only value is the JSON that the phone reads.

The database has every byte of it. To send two dozen rows, make objects of them and write those as JSON again cost the
application more than the database takes for all (docs/decisions/0038-hot-reads.md).
"""

from functools import cache
from string import Template

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from connectid.core import prepared, replicas, rows
from connectid.core.prepared import Statement

WINDOW = 200
"""Most notifications of one poll. The newest are handed out: what a phone cannot read is never acknowledged, and must not fill
the window for ever (contract 6.1)."""

ROOM = 2 * 1024 * 1024
"""Bytes of payloads after which a poll hands out no more, the newest first. Two hundred messages of real clients take a tenth of it, and
what a sealed message holds is not ours to limit (contract 13.1): two hundred of the largest would be 50 MB for a phone, at each poll."""

# A payload is a JSON object of texts and holds none of our own names (notifications/payloads.py): its texts come behind ours.
_NOTIFICATION = """
'{$own_id"notification_type":"' || n.kind || '","timestamp":"' || $moment || '"'
|| CASE n.payload WHEN '{}' THEN '}' ELSE ',' || $members END
"""
_CHANNEL = """
'{"channel_id":"' || $id || '","channel_source":' || $name$channel_name || ',"key_url":' || $key_url
|| ',"consent":' || CASE WHEN c.consent THEN 'true' ELSE 'false' END || '}'
"""
_POLL = """
SELECT '{"$notifications_are":[' || (
         SELECT $notifications
           FROM (SELECT * FROM (
                   SELECT newest.*, sum($bytes) OVER (ORDER BY created_at DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS newer
                     FROM (SELECT id, kind, payload, created_at FROM notifications_notification
                            WHERE account_id = %s AND received_at IS NULL $only ORDER BY created_at DESC LIMIT %s) newest
                 ) measured
                  WHERE newer IS NULL OR newer < %s ORDER BY created_at, id) n
       ) || '],"channels":[' || (
         SELECT $channels
           FROM (SELECT c.id, CASE WHEN c.name = '' THEN c.source ELSE c.name END AS name, s.key_url, c.consent
                   FROM messaging_channel c JOIN messaging_messageserver s ON s.id = c.server_id
                  WHERE c.account_id = %s ORDER BY c.created_at, c.id) c
       ) || ']}'
"""


def poll(account_id: int) -> bytes:
    """Return every channel of the account and what its phone has not acknowledged, oldest first (contract 6.1); one statement."""
    return _answer(statement(account_id), account_id)


def statement(account_id: int) -> Statement:
    """Return the statement of :func:`poll`."""
    return _text(_vendor(), messages_only=False), [account_id, WINDOW, ROOM, account_id]


def poll_messages(account_id: int) -> bytes:
    """Return the same for older apps: of the notifications, those that announce messages (contract 9); one statement."""
    return _answer(statement_of_messages(account_id), account_id)


def statement_of_messages(account_id: int) -> Statement:
    """Return the statement of :func:`poll_messages`."""
    return _text(_vendor(), messages_only=True), [account_id, WINDOW, ROOM, account_id]


def _answer(asking: Statement, account_id: int) -> bytes:
    def ask(database: BaseDatabaseWrapper) -> bytes:
        return prepared.text(*asking, database=database)

    return replicas.read(ask, account_id=account_id)


@cache
def _vendor() -> str:
    return connection.vendor


@cache
def _text(vendor: str, *, messages_only: bool) -> str:
    notification = Template(_NOTIFICATION).substitute(
        own_id="" if messages_only else f""""notification_id":"' || {rows.identifier_text("n.id")} || '",""",
        moment=rows.moment_text("n.created_at"),
        members="right(n.payload, -1)" if vendor == "postgresql" else "substr(n.payload, 2)",
    )
    name = rows.json_text("c.name")
    channel = Template(_CHANNEL).substitute(
        id=rows.identifier_text("c.id"),
        name=name,
        channel_name="" if messages_only else f""" || ',"channel_name":' || {name}""",
        key_url=rows.json_text("c.key_url"),
    )
    return Template(_POLL).substitute(
        notifications_are="messages" if messages_only else "notifications",
        notifications=rows.joined(notification),
        bytes="octet_length(payload)" if vendor == "postgresql" else "length(CAST(payload AS BLOB))",
        only="AND message_id IS NOT NULL" if messages_only else "",
        channels=rows.joined(channel),
    )
