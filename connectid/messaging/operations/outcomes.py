"""What becomes of a call to a partner that was made, and of the partner."""

import json
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F

from connectid.messaging import metrics, patience
from connectid.messaging.models import Callback, CallbackKind, Message, MessageServer, Status
from connectid.messaging.operations import callbacks
from connectid.providers.errors import Rejected, Unavailable


def note(callback: Callback, failure: Rejected | Unavailable | None, *, at: datetime) -> None:
    """Write down how a call ended. Its content is forgotten once it arrived."""
    with transaction.atomic():
        if failure is None:
            _arrived(callback)
            _partner_answers(callback.channel.server, at)
        else:
            _failed(callback, failure, at)
            if isinstance(failure, Unavailable):
                _partner_fails(callback.channel.server, at)
            else:
                _partner_answers(callback.channel.server, at)


def replay(*, ids: Collection[int], at: datetime) -> int:
    """Let calls that were given up be made again, with all their attempts; return how many."""
    with transaction.atomic():
        letters = Callback.objects.select_for_update().filter(pk__in=ids, given_up_at__isnull=False)
        channel_ids = sorted(set(letters.values_list("channel_id", flat=True)))
        replayed = Callback.objects.filter(pk__in=ids, given_up_at__isnull=False).update(
            given_up_at=None, attempts=0, due_at=at, failure="", is_refused=False
        )
        if channel_ids:
            callbacks.wake(channel_ids)
    return replayed


def _arrived(callback: Callback) -> None:
    if callback.kind == CallbackKind.DELIVERY:
        _move([callback.message_id] if callback.message_id else [], Status.PENDING, Status.SENT_TO_SERVICE)
    elif callback.kind == CallbackKind.RECEIPT:
        told = [UUID(message["message_id"]) for message in json.loads(callback.body)["messages"]]
        _move(told, Status.DELIVERED, Status.CONFIRMED_RECEIVED)
    Callback.objects.filter(pk=callback.pk).delete()
    metrics.CALLBACKS.labels(callback.kind, "arrived").inc()


def _move(message_ids: Collection[UUID], before: Status, after: Status) -> None:
    Message.objects.filter(pk__in=message_ids, status=before).update(status=after)


def _failed(callback: Callback, failure: Rejected | Unavailable, at: datetime) -> None:
    attempts = callback.attempts + 1
    wait = patience.wait_after(attempts)
    if wait is not None and isinstance(failure, Unavailable) and failure.retry_after:
        wait = max(wait, timedelta(seconds=min(failure.retry_after, patience.WAITS[-1])))
    Callback.objects.filter(pk=callback.pk).update(
        attempts=attempts,
        failure=failure.reason[:100],
        is_refused=isinstance(failure, Rejected),
        due_at=at if wait is None else at + wait,
        given_up_at=at if wait is None else None,
    )
    metrics.CALLBACKS.labels(callback.kind, "given_up" if wait is None else "failed").inc()


def _partner_fails(server: MessageServer, at: datetime) -> None:
    MessageServer.objects.filter(pk=server.pk).update(failures_in_a_row=F("failures_in_a_row") + 1)
    failures = MessageServer.objects.values_list("failures_in_a_row", flat=True).get(pk=server.pk)
    pause = patience.pause_after(failures)
    if pause is not None:
        MessageServer.objects.filter(pk=server.pk).update(paused_until=at + pause)


def _partner_answers(server: MessageServer, at: datetime) -> None:
    """Forget its failures. After an outage, what waits for its next attempt need not wait any longer."""
    if not server.failures_in_a_row and server.paused_until is None:
        return
    MessageServer.objects.filter(pk=server.pk).update(failures_in_a_row=0, paused_until=None)
    waiting = Callback.objects.filter(
        channel__server_id=server.pk, given_up_at=None, is_refused=False, due_at__gt=at
    )
    waiting.update(due_at=at)
