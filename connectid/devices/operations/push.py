"""Writes about push registrations."""

from datetime import datetime

from connectid.devices.models import PushRegistration


def withdraw(*, account_id: int, at: datetime) -> None:
    """End the account's push registration, so that nothing of it is pushed to its former phone any more.

    Call it inside the transaction that locks, deactivates or recovers the account (safety: stale push token).
    """
    PushRegistration.objects.filter(account_id=account_id, ended_at=None).update(ended_at=at)
