"""Storing what a phone is to be told."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from connectid.core import replicas
from connectid.notifications import payloads
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

    Call it inside the transaction that makes it necessary.
    """
    notice = Notice(account_id, payload, message_id, push_options)
    notification = _notification(notice, kind, at)
    notification.save(force_insert=True)
    replicas.wrote([account_id])
    pushing.wake(str(account_id))  # a key that others do not wait for; whichever job comes first pushes all
    return notification.pk


@dataclass(frozen=True, slots=True)
class Notice:
    """What one person is to be told. ``payload`` holds none of the names that are the row's own."""

    account_id: int
    payload: Mapping[str, str]
    message_id: UUID | None = None
    push_options: Mapping[str, str] | None = None


def store_all(notices: Sequence[Notice], *, kind: Kind, at: datetime) -> None:
    """The same for many people. Two statements, whatever their number; none for nobody."""
    if notices:
        Notification.objects.bulk_create(_notification(notice, kind, at) for notice in notices)
        replicas.wrote({notice.account_id for notice in notices})
        pushing.wake(str(notices[0].account_id))


def stored_options(push_options: Mapping[str, str] | None) -> str:
    """Return what is kept of what stands around the payload of a push."""
    return json.dumps(push_options) if push_options else ""


def _notification(notice: Notice, kind: Kind, at: datetime) -> Notification:
    return Notification(
        account_id=notice.account_id,
        kind=kind,
        payload=payloads.stored(notice.payload),
        message_id=notice.message_id,
        created_at=at,
        push_due_at=at,
        push_options=stored_options(notice.push_options),
    )
