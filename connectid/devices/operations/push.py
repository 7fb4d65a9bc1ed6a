"""Writes about push registrations."""

from datetime import datetime
from typing import Literal

from connectid.devices.models import EndReason, PushRegistration

type Withdrawal = Literal[EndReason.MOVED, EndReason.LOCKED, EndReason.DEACTIVATED]
"""Why an account's registration is ended for it."""


def withdraw(*, account_id: int, at: datetime, reason: Withdrawal) -> None:
    """End the account's push registration, so that nothing of it is pushed to its former phone any more.

    Call it inside the transaction that locks, deactivates or recovers the account (safety: stale push token).
    """
    PushRegistration.objects.filter(account_id=account_id, ended_at=None).update(
        ended_at=at, end_reason=reason
    )
