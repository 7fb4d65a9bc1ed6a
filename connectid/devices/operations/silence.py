"""Push registrations of which nothing is heard any more."""

from datetime import datetime, timedelta

from connectid.devices.models import EndReason, PushRegistration
from connectid.devices.operations import farewell

SILENT_FOR = timedelta(days=270)
"""After so long without a connection FCM forgets an address; phones report theirs every four hours."""

BATCH = 5000


def prune(*, at: datetime) -> int:
    """End registrations without a heartbeat for :data:`SILENT_FOR`, and forget addresses of phones that could not be told.

    One statement, and one more for each :data:`BATCH`; returns how many registrations changed.
    """
    silent = PushRegistration.objects.filter(ended_at=None, last_heartbeat_at__lt=at - SILENT_FOR)
    changed = farewell.forget_untold(at=at)
    while ended := silent.filter(pk__in=silent.values("pk")[:BATCH]).update(
        ended_at=at, end_reason=EndReason.SILENT, token=""
    ):
        changed += ended
    return changed
