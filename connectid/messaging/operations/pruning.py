"""Forgetting that a message existed."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from connectid.core import batches, rows

_DELETE = """
DELETE FROM messaging_message WHERE id IN (
    SELECT m.id FROM messaging_message m
     WHERE m.sent_at <= %s
       AND NOT EXISTS (SELECT 1 FROM messaging_callback c WHERE c.message_id = m.id)
       AND NOT EXISTS (SELECT 1 FROM notifications_notification n WHERE n.message_id = m.id AND n.received_at IS NULL)
     LIMIT %s)
"""


def prune(*, at: datetime, batch: int = batches.BATCH) -> int:
    """Delete messages of ``MESSAGES_KEPT_DAYS`` ago, unless one still waits for its phone or its partner; return how many.

    ``batch`` rows to a statement. Until then its id is taken: the same message sent again is known (contract 16, E-10, E-23).
    """
    before = rows.stored_moment(at - timedelta(days=settings.MESSAGES_KEPT_DAYS))
    total = 0
    while total < batches.MOST:
        with connection.cursor() as cursor:
            cursor.execute(_DELETE, [before, batch])
            deleted = int(cursor.rowcount)
        total += deleted
        if deleted < batch:
            break
    return total
