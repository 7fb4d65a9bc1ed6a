"""Bringing partners what is for them: in order within a channel, until it arrives or is given up.

One worker at a time carries a channel (its lease), so that what a person did stays in order. A partner that cannot be
reached holds up its own channels only: one process makes a few calls to it at once and no more (:mod:`.lanes`), and after a few
failures in a row it is left alone for a while, then one call is let through to see, whose turn need not have come: a partner that is
well again is noticed within a minute and a half, however long its calls would wait. What it answers that it does not want is
tried again too, but lets the calls behind it go on.
"""

import json
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.db.models import Min, Q, QuerySet

from connectid.core import clock
from connectid.messaging import signing
from connectid.messaging.models import Callback, CallbackKind, Channel, MessageServer
from connectid.messaging.operations import callbacks, outcomes
from connectid.messaging.operations.lanes import lanes
from connectid.providers import webhooks
from connectid.providers.errors import Rejected, Unavailable
from connectid.providers.retry_budget import RetryBudgets

log = structlog.get_logger(__name__)

budgets = RetryBudgets()
"""Repeats, by partner: at most a fifth of the first attempts (decision 0033)."""

LEASE = timedelta(seconds=45)
"""How long a channel stays with a worker that gives no sign of life."""
LONGEST_CALL = timedelta(seconds=30)
"""A call takes 15 seconds, and the resolver its time before: a lease that has less left than this is renewed first."""
PROBE = timedelta(seconds=60)
"""For how long a partner that was left alone is tried by one call only."""
RUN_SECONDS = 60.0
"""After which a job lets others have its thread; what is left goes back into the queue."""
CHANNELS_AT_A_TIME = 1000
"""Of one statement."""


@dataclass(frozen=True, slots=True)
class _Stop:
    """Why a channel was left; ``look_again_at`` None: it has nothing more to do, or somebody else has it."""

    look_again_at: datetime | None = None
    is_left_alone: bool = False
    """Whether it is its partner that must not be called now."""


def relay(*, channel_id: UUID) -> None:
    """Make the channel's calls that are due, in order, and come back when the next one is.

    Nine statements for a single call, three more for each further one, up to three where one has to wait. Nothing is done while the partner is left alone: whoever
    finds out that it answers again wakes its channels.
    """
    ends_at = time.monotonic() + RUN_SECONDS
    server = _callable_partner(channel_id, clock.now())
    if server is None:
        return
    limit = 1 if server.failures_in_a_row else settings.PARTNER_CALLS_AT_ONCE
    if not lanes.enter(server.pk, channel_id, limit=limit):
        return
    current: UUID | None = channel_id
    try:
        while current is not None and time.monotonic() < ends_at:
            if _relay_one(current, ends_at).is_left_alone:
                lanes.close(server.pk)
                current = None
            else:
                current = lanes.next(server.pk)
    finally:
        if current is not None:
            callbacks.wake_all([*lanes.close(server.pk), current])


def sweep(*, at: datetime) -> int:
    """Wake channels whose calls are due and that nobody carries, after a crash or a repair; return how many.

    Of a partner that is left alone, once that has lasted long enough, one channel: to see. Four statements.
    """
    due = _due(at).exclude(channel__relaying_until__gt=at)
    reachable = due.filter(channel__server__paused_until=None)
    oldest = reachable.values("channel_id").annotate(since=Min("due_at")).order_by("since")
    channel_ids = list(oldest.values_list("channel_id", flat=True)[:CHANNELS_AT_A_TIME])
    waiting = Callback.objects.filter(given_up_at=None, channel__server__is_active=True)
    probing = waiting.filter(Q(is_refused=False) | Q(due_at__lte=at), channel__server__paused_until__lte=at)
    tried = probing.exclude(channel__relaying_until__gt=at)
    first = tried.order_by().values("channel__server_id").annotate(first=Min("pk")).values("first")
    channel_ids += Callback.objects.filter(pk__in=first).values_list("channel_id", flat=True)
    callbacks.wake_all(channel_ids)
    return len(channel_ids)


def wake_partner(*, server_id: int, at: datetime) -> int:
    """After an outage: what waits for its next attempt need not wait any longer; return how many channels are woken.

    Four statements, and two more for every further thousand channels.
    """
    outcomes.make_due(server_id, at=at)
    waiting = Callback.objects.filter(
        channel__server_id=server_id, given_up_at=None, due_at__lte=at, channel__server__is_active=True
    )
    ids = waiting.order_by("channel_id").values_list("channel_id", flat=True).distinct()
    woken, after = 0, UUID(int=0)
    while batch := list(ids.filter(channel_id__gt=after)[:CHANNELS_AT_A_TIME]):
        callbacks.wake(batch)
        woken, after = woken + len(batch), batch[-1]
    return woken


def _callable_partner(channel_id: UUID, at: datetime) -> MessageServer | None:
    """Return the channel's partner unless it is switched off or left alone."""
    may_be_called = Q(paused_until=None) | Q(paused_until__lte=at)
    found = MessageServer.objects.filter(may_be_called, channels=channel_id, is_active=True)
    return found.only("id", "failures_in_a_row").first()


def _due(at: datetime) -> QuerySet[Callback]:
    """Calls that could be made now."""
    reachable = Q(channel__server__paused_until=None) | Q(channel__server__paused_until__lte=at)
    return Callback.objects.filter(
        reachable, given_up_at=None, due_at__lte=at, channel__server__is_active=True
    )


def _relay_one(channel_id: UUID, ends_at: float) -> _Stop:
    stop = _Stop()
    while (lease := _take(channel_id)) is not None:
        stop = _carry(channel_id, lease, ends_at)
        look_again_at = stop.look_again_at
        if _was_missed(channel_id, stop):
            if time.monotonic() < ends_at:
                stop = _Stop()
                continue
            look_again_at = clock.now()
        if look_again_at is not None:
            callbacks.wake_at(channel_id, look_again_at)
        break
    return stop


def _was_missed(channel_id: UUID, stop: _Stop) -> bool:
    """Whether a call can be made after all: between the last look and the letting go somebody may have found the channel taken, and left."""
    at = clock.now()
    if stop.look_again_at is None:
        return _due(at).filter(channel_id=channel_id).exists()
    callback = _next(channel_id, at)  # what is due behind one that holds its place cannot be made
    if callback is None or (callback.due_at > at and not _may_be_a_probe(callback, at)):
        return False
    paused_until = callback.channel.server.paused_until
    return paused_until is None or paused_until <= at


def _take(channel_id: UUID) -> datetime | None:
    """Take the channel's lease and return its end, by which it is known; None: somebody holds it."""
    at = clock.now()
    free = Q(relaying_until=None) | Q(relaying_until__lte=at)
    ours = Channel.objects.filter(free, pk=channel_id).update(relaying_until=at + LEASE)
    return at + LEASE if ours else None


def _keep(channel_id: UUID, lease: datetime, until: datetime | None) -> bool:
    """Renew the lease, or let go with None; False: it ran out, and the channel is somebody else's."""
    return bool(Channel.objects.filter(pk=channel_id, relaying_until=lease).update(relaying_until=until))


def _carry(channel_id: UUID, lease: datetime, ends_at: float) -> _Stop:
    """Make calls until none is left or one has to wait, then let go of the channel."""
    while True:
        at = clock.now()
        if lease - at < LONGEST_CALL:
            if not _keep(channel_id, lease, at + LEASE):
                return _Stop()
            lease = at + LEASE
        callback = _next(channel_id, at)
        stop = _why_stop(callback, at, ends_at)
        if callback is None or stop is not None:
            _keep(channel_id, lease, None)
            return stop or _Stop()
        if _is_a_repeat_too_many(callback, at):
            outcomes.put_off(callback, at=at)
        else:
            _deliver(callback, at)


def _why_stop(callback: Callback | None, at: datetime, ends_at: float) -> _Stop | None:
    """Return why the call whose turn it is cannot be made now; None: it can."""
    if callback is None:
        return _Stop()
    if callback.due_at > at and not _may_be_a_probe(callback, at):
        return _Stop(callback.due_at)
    if time.monotonic() >= ends_at:
        return _Stop(at)
    left_alone_until = _admit(callback.channel.server, at)
    return None if left_alone_until is None else _Stop(left_alone_until, is_left_alone=True)


def _may_be_a_probe(callback: Callback, at: datetime) -> bool:
    """Whether the call may be made before its time, to see whether a partner that was left alone answers again."""
    paused_until = callback.channel.server.paused_until
    return not callback.is_refused and paused_until is not None and paused_until <= at


def _is_a_repeat_too_many(callback: Callback, at: datetime) -> bool:
    """Whether to leave the partner alone with it for now. The call that shows whether it is well again is none."""
    server = callback.channel.server
    return bool(callback.attempts and server.paused_until is None and not budgets.take(server.pk, at=at))


def _deliver(callback: Callback, at: datetime) -> None:
    if _is_superseded(callback):
        outcomes.drop(callback)
        return
    failure = _call(callback, at)
    server = callback.channel.server
    budgets.answered(
        server.pk,
        is_first=not callback.attempts,
        is_good=failure is None,
        at=at,
        ends_outage=server.paused_until is not None,
    )
    outcomes.note(callback, failure, at=clock.now(), is_early=callback.due_at > at)


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


def _is_superseded(callback: Callback) -> bool:
    """Whether a consent that others overtook is no longer what the person wants: it would undo what came after it."""
    if callback.kind != CallbackKind.CONSENT or not callback.is_refused:
        return False
    consent: bool = json.loads(callback.body)["consent"]
    return consent != callback.channel.consent


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
    headers = signing.headers(
        secret=server.secret,
        former_secret=server.previous_secret,
        body=body,
        webhook_id=f"callback_{callback.pk}",
        at=at,
    )
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
