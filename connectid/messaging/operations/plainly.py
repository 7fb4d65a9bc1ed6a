"""Accepting messages by one statement, where nothing is out of the ordinary: all of it is done, or nothing is.

Nearly every message is new, in a channel that its sender may use. PostgreSQL then stores it, with what brings it on and the job that does, in
one round trip (docs/decisions/0041-writes-in-one-statement.md). Whoever calls goes the long way (:mod:`.messages`) where nothing was
done: it knows what was wrong, and what is there already.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import msgspec
from django.db import IntegrityError, connection

from connectid.core import prepared, replicas
from connectid.core.identifiers import new_ordered_uuid
from connectid.jobs import in_statement, wakeup
from connectid.messaging import tasks
from connectid.messaging.operations import contents
from connectid.messaging.operations.contents import Parts
from connectid.notifications import tasks as notification_tasks

_AT = "CAST(%s AS timestamptz)"

_IS_NEW = "NOT EXISTS (SELECT 1 FROM messaging_message m WHERE m.id = {id})"

# Message ids in their order, so that of two requests with the same ones one waits for the other, and not each for the other.
_TO_SERVER = """
WITH given AS MATERIALIZED (
    SELECT * FROM json_to_recordset(CAST(%s AS json)) AS item(id uuid, channel_id uuid, place int, head text, middle text, tail text)
), fit AS MATERIALIZED (
    SELECT g.id, g.channel_id, g.place, {body} AS body
      FROM given g JOIN messaging_channel c ON c.id = g.channel_id JOIN accounts_account a ON a.id = c.account_id
     WHERE c.account_id = %s AND c.consent AND a.is_active AND {is_new}
), accepted AS (
    INSERT INTO messaging_message (id, channel_id, direction, status, sent_at)
    SELECT id, channel_id, 'S', 'PENDING', {at} FROM fit
     WHERE (SELECT count(*) FROM fit) = (SELECT count(*) FROM given)
     ORDER BY id
    RETURNING id, channel_id
), called AS (
    INSERT INTO messaging_callback (channel_id, message_id, kind, body, attempts, due_at, created_at, failure, is_refused)
    SELECT f.channel_id, f.id, 'delivery', f.body, 0, {at}, {at}, '', FALSE FROM accepted a JOIN fit f ON f.id = a.id
     ORDER BY f.place
), woken AS ({wake})
SELECT count(*), {announcement} FROM accepted
"""

_TO_PHONE = """
WITH fit AS MATERIALIZED (
    SELECT c.id AS channel_id, c.account_id, {payload} AS payload
      FROM messaging_channel c JOIN accounts_account a ON a.id = c.account_id
     WHERE c.id = %s AND c.server_id = %s AND c.consent AND a.is_active AND {is_new}
), accepted AS (
    INSERT INTO messaging_message (id, channel_id, direction, status, sent_at)
    SELECT CAST(%s AS uuid), channel_id, 'M', 'PENDING', {at} FROM fit
    RETURNING id
), told AS (
    INSERT INTO notifications_notification
                (id, account_id, kind, payload, message_id, created_at, push_due_at, push_attempts, push_options)
    SELECT CAST(%s AS uuid), f.account_id, 'MESSAGING', f.payload, a.id, {at}, {at}, 0, CAST(%s AS text) FROM fit f, accepted a
), woken AS ({wake})
SELECT f.account_id, {announcement} FROM fit f, accepted
"""


def to_server(*, account_id: int, messages: Sequence[tuple[UUID, UUID, Parts]], at: datetime) -> bool:
    """Accept what a phone sends, ids, channels and bodies; return whether that was done. No statement where it cannot be."""
    task = tasks.relay_channel
    if not in_statement.is_possible(task):
        return False
    given = [
        {
            "id": str(id_),
            "channel_id": str(channel_id),
            "place": place,
            "head": parts.head,
            "middle": parts.middle,
            "tail": parts.tail,
        }
        for place, (id_, channel_id, parts) in enumerate(messages)
    ]
    found = _run(
        _to_server(),
        [
            msgspec.json.encode(given).decode(),
            account_id,
            at,
            at,
            at,
            at,
            at,
            in_statement.is_announced(task),
        ],
    )
    if not found or found[0][0] != len(given):
        return False
    wakeup.ring_on_commit()
    return True


def to_phone(
    *, server_id: int, channel_id: UUID, message_id: UUID, parts: Parts, push_options: str, at: datetime
) -> bool:
    """Accept what a server sends; return whether that was done. No statement where it cannot be."""
    task = notification_tasks.push_waiting
    if not in_statement.is_possible(task):
        return False
    found = _run(
        _to_phone(),
        [
            *(parts.head, parts.middle, parts.tail, channel_id, server_id, message_id),
            *(message_id, at, new_ordered_uuid(), at, at, push_options, at, at),
            in_statement.is_announced(task),
        ],
    )
    if not found:
        return False
    replicas.wrote([found[0][0]])
    wakeup.ring_on_commit()
    return True


def _run(sql: str, parameters: list[Any]) -> prepared.Rows:
    try:
        return prepared.rows(sql, parameters)
    except IntegrityError:
        # Another request with the same id was faster, or a channel went: nothing is stored. Within a transaction that is over, too.
        if connection.in_atomic_block:
            raise
        return []


@cache
def _to_server() -> str:
    wake = in_statement.insertion(
        tasks.relay_channel,
        of="(SELECT DISTINCT channel_id FROM accepted ORDER BY channel_id) channels",
        key="CAST(channel_id AS text)",
        args="jsonb_build_array(channel_id)",
    )
    return _TO_SERVER.format(
        body=contents.joined("g.head", "g.middle", "g.tail"),
        is_new=_IS_NEW.format(id="g.id"),
        at=_AT,
        wake=wake,
        announcement=in_statement.announcement(),
    )


@cache
def _to_phone() -> str:
    part = "CAST(%s AS text)"
    wake = in_statement.insertion(
        notification_tasks.push_waiting, of="fit, accepted", key="CAST(account_id AS text)"
    )
    return _TO_PHONE.format(
        payload=contents.joined(part, part, part),
        is_new=_IS_NEW.format(id="CAST(%s AS uuid)"),
        at=_AT,
        wake=wake,
        announcement=in_statement.announcement(),
    )
