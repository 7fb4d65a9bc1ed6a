"""Push registrations of which nothing is heard any more."""

from datetime import datetime, timedelta

from connectid.core import batches
from connectid.devices.models import EndReason, PushRegistration
from connectid.devices.operations import farewell

SILENT_FOR = timedelta(days=270)
"""After so long without a connection FCM forgets an address; phones report theirs every four hours."""

BATCH = 20_000
"""Numbers of registrations looked at by one statement. There is no index by last heartbeat: it would be written at every
heartbeat, for one reader a night."""


def prune(*, at: datetime) -> int:
    """End registrations without a heartbeat for :data:`SILENT_FOR`, and forget addresses of phones that could not be told.

    Two statements, and one more for each :data:`BATCH` of all there are; returns how many registrations changed.
    """
    silent = PushRegistration.objects.filter(ended_at=None, last_heartbeat_at__lt=at - SILENT_FOR)
    changed = farewell.forget_untold(at=at)
    for numbers in batches.by_number(PushRegistration, size=BATCH):
        changed += silent.filter(pk__range=numbers).update(ended_at=at, end_reason=EndReason.SILENT, token="")
    return changed
