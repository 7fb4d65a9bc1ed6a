"""What becomes of a call to a partner that was made, and of the partner."""

import json
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet

from connectid.messaging import metrics, patience
from connectid.messaging.models import Callback, CallbackKind, Message, MessageServer, Status
from connectid.messaging.operations import callbacks
from connectid.providers import retry_budget
from connectid.providers.errors import Rejected, Unavailable

SUCCESS_IS_NOTED_EVERY = timedelta(minutes=1)
"""A partner's row would otherwise be written for every call to it."""

_FAILED = """
UPDATE messaging_messageserver SET failures_in_a_row = failures_in_a_row + 1 WHERE id = %s RETURNING failures_in_a_row
"""
REPLAYED_AT_A_TIME = 1000
"""Of one statement, and one transaction."""

_LONGEST_ROW = 30_000
"""Failures are counted no further: the column ends soon after."""


def note(
    callback: Callback, failure: Rejected | Unavailable | None, *, at: datetime, is_early: bool = False
) -> None:
    """Write down how a call ended. Its content is forgotten once it arrived.

    ``is_early``: it was made before its time, to see whether the partner answers; that it does not costs no attempt.
    """
    with transaction.atomic():
        if failure is None:
            _arrived(callback)
        elif not (is_early and isinstance(failure, Unavailable)):
            _failed(callback, failure, at)
        if isinstance(failure, Unavailable):
            _partner_fails(callback.channel.server, at)
        else:
            _partner_answers(callback.channel.server, is_success=failure is None, at=at)


def drop(callback: Callback) -> None:
    """Forget a call that must not be made any more."""
    Callback.objects.filter(pk=callback.pk).delete()
    metrics.CALLBACKS.labels(callback.kind, "superseded").inc()


def put_off(callback: Callback, *, at: datetime) -> None:
    """Let a call that would be a repeat too many wait a little longer. It keeps its attempts. One statement."""
    Callback.objects.filter(pk=callback.pk).update(due_at=at + retry_budget.put_off())
    metrics.CALLBACKS.labels(callback.kind, "put_off").inc()


def make_due(server_id: int, *, at: datetime) -> None:
    """Let what waits for a partner that answers again wait no longer; what it refused keeps its time. One statement."""
    waiting = Callback.objects.filter(
        channel__server_id=server_id, given_up_at=None, is_refused=False, due_at__gt=at
    )
    waiting.update(due_at=at)


def replay(letters: QuerySet[Callback], *, at: datetime) -> int:
    """Let the calls of ``letters`` that were given up be made again, with all their attempts; return how many.

    Calls that were made since are not overtaken a second time: a consent that is no longer the person's is forgotten instead. In
    batches that each commit, the oldest first; at most five statements for each.
    """
    ids = letters.filter(given_up_at__isnull=False).order_by("pk").values_list("pk", flat=True)
    count, after = 0, 0
    while batch := list(ids.filter(pk__gt=after)[:REPLAYED_AT_A_TIME]):
        count += _replay(batch, at)
        after = batch[-1]
    return count


def _replay(ids: Collection[int], at: datetime) -> int:
    with transaction.atomic():
        letters = Callback.objects.filter(pk__in=ids, given_up_at__isnull=False)
        found = letters.select_related("channel").select_for_update(of=("self",))
        given_up = list(found.order_by("pk"))
        stale = [one.pk for one in given_up if _is_stale(one)]
        if stale:
            Callback.objects.filter(pk__in=stale).delete()
        again = [one for one in given_up if not _is_stale(one)]
        if again:
            _try_again([one.pk for one in again], at)
            callbacks.wake_all([one.channel_id for one in again])
    return len(again)


def replay_deliveries(message_ids: Collection[UUID], *, at: datetime) -> list[UUID]:
    """The same for messages that their phone sends again; return the channels that the caller is to wake. One or two statements."""
    letters = Callback.objects.filter(message_id__in=message_ids, given_up_at__isnull=False)
    found = dict(letters.values_list("pk", "channel_id"))
    if found:
        _try_again(list(found), at)
    return list(found.values())


def _try_again(ids: Collection[int], at: datetime) -> None:
    Callback.objects.filter(pk__in=ids, given_up_at__isnull=False).update(
        given_up_at=None, attempts=0, due_at=at, failure="", is_refused=False
    )


def _is_stale(letter: Callback) -> bool:
    return (
        letter.kind == CallbackKind.CONSENT
        and letter.channel.consent is not json.loads(letter.body)["consent"]
    )


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
    if server.failures_in_a_row < _LONGEST_ROW:
        with connection.cursor() as cursor:
            cursor.execute(_FAILED, [server.pk])
            failures: int = cursor.fetchone()[0]
    else:
        failures = server.failures_in_a_row
    pause = patience.pause_after(failures)
    if pause is not None:
        MessageServer.objects.filter(pk=server.pk).update(paused_until=at + pause)


def _partner_answers(server: MessageServer, *, is_success: bool, at: datetime) -> None:
    """Forget its failures, and after an outage wake its channels."""
    changes: dict[str, object] = {}
    if server.failures_in_a_row or server.paused_until is not None:
        changes |= {"failures_in_a_row": 0, "paused_until": None}
        callbacks.wake_partner(server.pk)
    noted = server.last_success_at
    if is_success and (noted is None or at - noted >= SUCCESS_IS_NOTED_EVERY):
        changes["last_success_at"] = at
    if changes:
        MessageServer.objects.filter(pk=server.pk).update(**changes)
