"""Bringing partners what is for them: in order within a channel, until it arrives or is given up.

One worker at a time carries a channel (its lease), so that what a person did stays in order. A partner that cannot be
reached holds up its own channels only: after a few failures in a row nothing is sent to it for a while, then one call is let
through to see. What it answers that it does not want is tried again too, but lets the calls behind it go on.
"""

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db.models import Q, QuerySet

from connectid.core import clock
from connectid.messaging import signing
from connectid.messaging.models import Callback, CallbackKind, Channel, MessageServer
from connectid.messaging.operations import callbacks, outcomes
from connectid.providers import webhooks
from connectid.providers.errors import Rejected, Unavailable

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=60)
"""How long a channel stays with a worker that gives no sign of life; a call takes 15 seconds at most."""
PROBE = timedelta(seconds=30)
"""For how long a partner that was left alone is tried by one call only."""
CHANNELS_AT_A_SWEEP = 1000


def relay(*, channel_id: UUID) -> None:
    """Make the channel's calls that are due, in order, and come back when the next one is.

    Five statements for each call. Nothing is done while another worker carries the channel: before it lets go it looks again.
    """
    while _take(channel_id):
        due_again_at = _carry(channel_id)
        Channel.objects.filter(pk=channel_id).update(relaying_until=None)
        if due_again_at is not None:
            callbacks.wake_at(channel_id, due_again_at)
            return
        # Between the last look and the letting go somebody may have found the channel taken, and left.
        if not _due(clock.now()).filter(channel_id=channel_id).exists():
            return


def sweep(*, at: datetime) -> int:
    """Wake every channel whose calls are due and that nobody carries: after a crash, a pause, a repair; return how many."""
    due = _due(at).exclude(channel__relaying_until__gt=at).order_by()
    channel_ids = list(due.values_list("channel_id", flat=True).distinct()[:CHANNELS_AT_A_SWEEP])
    if channel_ids:
        callbacks.wake(channel_ids)
    return len(channel_ids)


def _due(at: datetime) -> QuerySet[Callback]:
    """Calls that could be made now."""
    reachable = Q(channel__server__paused_until=None) | Q(channel__server__paused_until__lte=at)
    return Callback.objects.filter(
        reachable, given_up_at=None, due_at__lte=at, channel__server__is_active=True
    )


def _take(channel_id: UUID) -> bool:
    """Take the channel's lease, if nobody holds it."""
    at = clock.now()
    free = Q(relaying_until=None) | Q(relaying_until__lte=at)
    return bool(Channel.objects.filter(free, pk=channel_id).update(relaying_until=at + LEASE))


def _carry(channel_id: UUID) -> datetime | None:
    """Make calls until none is left, and return None, or until one has to wait, and return its time."""
    while True:
        at = clock.now()
        callback = _next(channel_id, at)
        if callback is None:
            return None
        if callback.due_at > at:
            return callback.due_at
        if (reachable_at := _admit(callback.channel.server, at)) is not None:
            return reachable_at
        failure = _call(callback, at)
        outcomes.note(callback, failure, at=clock.now())
        Channel.objects.filter(pk=channel_id).update(relaying_until=clock.now() + LEASE)


def _next(channel_id: UUID, at: datetime) -> Callback | None:
    """Return the call whose turn it is. A refused one has its turn when its time comes; any other holds its place."""
    waiting = Callback.objects.filter(
        channel_id=channel_id, given_up_at=None, channel__server__is_active=True
    )
    turn = waiting.exclude(is_refused=True, due_at__gt=at).order_by("id")
    found = turn.select_related("channel__server").first()
    if found is not None:
        return found
    return waiting.order_by("due_at").select_related("channel__server").first()


def _admit(server: MessageServer, at: datetime) -> datetime | None:
    """Return None where the partner may be called now, else when to ask again.

    Of a partner that was left alone, one caller is let through; the others wait for what it finds.
    """
    if server.paused_until is None:
        return None
    if server.paused_until > at:
        return server.paused_until
    ours = MessageServer.objects.filter(pk=server.pk, paused_until=server.paused_until)
    return None if ours.update(paused_until=at + PROBE) else at + PROBE


def _call(callback: Callback, at: datetime) -> Rejected | Unavailable | None:
    """Make one call, outside any transaction; return why it failed."""
    server = callback.channel.server
    body = callback.body.encode()
    address = {
        CallbackKind.DELIVERY: server.delivery_url,
        CallbackKind.RECEIPT: server.callback_url,
        CallbackKind.CONSENT: server.consent_url,
    }[CallbackKind(callback.kind)]
    headers = signing.headers(secret=server.secret, body=body, webhook_id=f"callback_{callback.pk}", at=at)
    try:
        webhooks.pick().post(url=address, body=body, headers=headers)
    except (Rejected, Unavailable) as failure:
        log.warning(
            "callback_failed",
            attempt=callback.attempts + 1,
            reason=failure.reason,
        )
        return failure
    return None
