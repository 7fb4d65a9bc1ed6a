"""Forgetting notifications: what phones have, and what none came for."""

from datetime import datetime, timedelta

from django.conf import settings

from connectid.core import batches
from connectid.notifications.models import Notification, Reminder

REMINDERS_KEPT = timedelta(days=1)
"""They only have to outlive the hour in which nobody is reminded again."""


def prune(*, at: datetime, batch: int = batches.BATCH) -> int:
    """Delete what is old, ``batch`` rows to a statement; return how many rows that was.

    What a phone cannot decrypt it never acknowledges, and must not hand on for ever (contract 6.1, E-23).
    """
    acknowledged = timedelta(days=settings.ACKNOWLEDGED_KEPT_DAYS)
    unread = timedelta(days=settings.UNREAD_KEPT_DAYS)
    return (
        batches.delete(Notification.objects.filter(received_at__lte=at - acknowledged), batch=batch)
        + batches.delete(Notification.objects.filter(created_at__lte=at - unread), batch=batch)
        + batches.delete(Reminder.objects.filter(reminded_at__lte=at - REMINDERS_KEPT), batch=batch)
    )
