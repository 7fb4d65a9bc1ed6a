"""Forgetting former phones, and where pushes once reached them."""

from datetime import datetime, timedelta

from connectid.core import batches
from connectid.devices.models import Device, PushRegistration

DEVICES_KEPT = timedelta(days=180)
"""After they were revoked: a phone that lay in a drawer for half a year still hears that another one took over (contract A1)."""

REGISTRATIONS_KEPT = timedelta(days=30)
"""After they ended: a phone that reports its address again is recognised for as long."""


def prune(*, at: datetime, batch: int = batches.BATCH) -> int:
    """Delete what is old, ``batch`` rows to a statement; return how many rows that was."""
    return batches.delete(
        Device.objects.filter(revoked_at__lte=at - DEVICES_KEPT), batch=batch
    ) + batches.delete(PushRegistration.objects.filter(ended_at__lte=at - REGISTRATIONS_KEPT), batch=batch)
