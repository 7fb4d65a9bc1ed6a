"""Forgetting that a message existed, and calls that nobody replayed."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection

from connectid.core import batches, rows
from connectid.messaging.models import Callback

_DELETE = """
DELETE FROM messaging_message WHERE id IN (
    SELECT m.id FROM messaging_message m JOIN messaging_channel c ON c.id = m.channel_id
     WHERE m.sent_at <= %s
       AND NOT EXISTS (SELECT 1 FROM messaging_callback b WHERE b.message_id = m.id)
       AND NOT EXISTS (SELECT 1 FROM notifications_notification n
                        WHERE n.account_id = c.account_id AND n.received_at IS NULL AND n.message_id = m.id)
     LIMIT %s)
"""


def prune(*, at: datetime, batch: int = batches.BATCH) -> int:
    """Delete messages of ``MESSAGES_KEPT_DAYS`` ago, unless one still waits for its phone or its partner; return how many rows.

    Calls that were given up so long ago go first: what they hold is sealed content that nobody asked for. ``batch`` rows to a
    statement. Until then a message's id is taken: the same one sent again is known (contract 16, E-10, E-23).
    """
    kept_from = at - timedelta(days=settings.MESSAGES_KEPT_DAYS)
    calls = batches.delete(Callback.objects.filter(given_up_at__lte=kept_from), batch=batch)
    return calls + _prune_messages(rows.stored_moment(kept_from), batch)


def _prune_messages(before: Any, batch: int) -> int:
    total = 0
    while total < batches.MOST:
        with connection.cursor() as cursor:
            cursor.execute(_DELETE, [before, batch])
            deleted = int(cursor.rowcount)
        total += deleted
        if deleted < batch:
            break
    return total
