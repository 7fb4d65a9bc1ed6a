"""Storing what a phone is to be told."""

import json
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from connectid.notifications.models import Kind, Notification
from connectid.notifications.operations import pushing


def store(
    *,
    account_id: int,
    kind: Kind,
    payload: Mapping[str, str],
    at: datetime,
    message_id: UUID | None = None,
    push_options: Mapping[str, str] | None = None,
) -> UUID:
    """Keep a notification for the phone's next poll, and have it pushed by a job; return its id. Two statements.

    Call it inside the transaction that makes it necessary. ``payload`` holds none of the names that are the row's own.
    """
    notification = Notification.objects.create(
        account_id=account_id,
        kind=kind,
        payload=json.dumps(payload, ensure_ascii=False),
        message_id=message_id,
        created_at=at,
        push_due_at=at,
        push_options=json.dumps(push_options) if push_options else "",
    )
    pushing.wake(str(account_id))  # a key that others do not wait for; whichever job comes first pushes all
    return notification.pk
