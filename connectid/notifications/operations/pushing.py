"""Pushing what is stored: at once by a request, or later by a job.

A notification says itself from when on it may be pushed (``push_due_at``). Whoever pushes it first moves that moment to the end
of a lease, so nobody else does; a push whose worker died is due again then. It may have arrived all the same: FCM cannot tell,
and a phone shows a notification once, whatever the number of its pushes.
"""

import json
import threading
import time
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from connectid.core import clock, datetimes, rows
from connectid.devices import queries as device_queries
from connectid.devices.operations import push as registrations
from connectid.devices.queries import Recipient
from connectid.notifications import metrics, tasks
from connectid.notifications.models import Kind
from connectid.notifications.operations import patience, push_budget
from connectid.providers import push, retry_budget
from connectid.providers.push import DeadAddress, NotFinished, Outcome, Push

BATCH = 1000
LEASE = timedelta(seconds=90)
"""For how long a notification is one worker's; longer than any of them takes."""
JOB_PATIENCE = 30.0
"""Seconds for one batch of a job."""
AT_IT_FOR = 120.0
"""Seconds after which a job that finds no end of pushes makes room for other jobs, and has itself called again."""
_DEAD_AT_A_TIME = 10_000


@dataclass(frozen=True, slots=True)
class Attempt:
    """A stored notification that is about to be pushed. ``attempts`` counts this one."""

    notification_id: UUID
    created_at: datetime
    attempts: int
    registration_id: int
    push: Push


def compose(
    *,
    notification_id: UUID,
    kind: Kind,
    created_at: datetime,
    payload: dict[str, str],
    options: dict[str, str],
    address: str,
) -> Push:
    """Return the push of a notification (contract 12.1). What is ours stands above what its sender wrote."""
    content = {**payload, "notification_id": str(notification_id), "notification_type": kind.value}
    if kind == Kind.MESSAGING:
        content["timestamp"] = datetimes.serializer_format(created_at)
    shown = {name: options[name] for name in ("title", "body") if options.get(name)}
    return Push(
        address=address,
        content=content,
        notification=push.Notification(**shown) if shown else None,
        analytics_label=options.get("analytics_label", ""),
    )


def attempt(
    attempts: Sequence[Attempt], *, lease: datetime, deadline: float, by: str, at: datetime | None = None
) -> list[Outcome]:
    """Push all of them at once, and write down what became of each: at most four statements; return it in their order.

    ``lease`` is the end of the lease under which the caller holds them.
    """
    if not attempts:
        return []
    outcomes = push.pick().send([one.push for one in attempts], deadline=deadline)
    _record(attempts, outcomes, lease=lease, at=at or clock.now())
    count(by, outcomes)
    return outcomes


def push_waiting() -> int:
    """Push what is due until nothing is, a batch after another; return how many that was.

    One thread of a process does it at a time, however often it is called and however slow FCM is, so that other jobs have the
    others; the one that is at it looks once more for each call that came meanwhile.
    """
    ends_at = time.monotonic() + AT_IT_FOR
    total = 0
    _called.set()
    while _called.is_set() and _turn.acquire(blocking=False):
        try:
            _called.clear()
            while pushed := push_due(at=clock.now()):
                total += pushed
                if time.monotonic() >= ends_at:
                    wake("more")
                    return total
        finally:
            _turn.release()
    return total


_turn = threading.Lock()
_called = threading.Event()


def push_due(*, at: datetime) -> int:
    """Push one batch of what is due; return how many that was.

    At most six statements, whatever their number; five more where some are repeats, of which those beyond the budget are put off.
    """
    lease = at + LEASE
    held = _take(at, lease)
    if not held:
        return 0
    recipients = device_queries.recipients_by_account({one.account_id for one in held})
    given_up = [one for one in held if patience.is_over(created_at=one.created_at, at=at)]
    over = {one.id for one in given_up}
    reachable, unreachable = [], []
    for one in held:
        recipient = recipients.get(one.account_id)
        if one.id in over:
            continue
        if recipient is None or not recipient.token:
            unreachable.append(one)
        else:
            reachable.append((one, recipient))
    # First, and with no attempt to their name: what is not pushed must earn no repeats.
    _settle([_Settled(one.id, None, one.attempts - 1) for one in (*given_up, *unreachable)], lease=lease)
    put_off = _beyond_budget([one for one, _ in reachable], at)
    _settle([*put_off.values()], lease=lease)
    metrics.PUSHED.labels("job", "given_up").inc(len(given_up))
    metrics.PUSHED.labels("job", "no_address").inc(len(unreachable))
    metrics.PUSHED.labels("job", "put_off").inc(len(put_off))
    attempts = [_attempt(one, recipient) for one, recipient in reachable if one.id not in put_off]
    attempt(attempts, lease=lease, deadline=JOB_PATIENCE, by="job")
    return len(held)


def _beyond_budget(held: Sequence["_Held"], at: datetime) -> dict[UUID, "_Settled"]:
    """Return those that are repeats too many, as they are put off: the youngest. They keep their attempt."""
    repeats = sorted((one for one in held if one.attempts > 1), key=lambda one: one.created_at)
    granted = push_budget.take(len(repeats), at=at)
    return {
        one.id: _Settled(one.id, at + retry_budget.put_off(), one.attempts - 1) for one in repeats[granted:]
    }


def wake(key: str) -> None:
    """Have a job look for what is due; while one with the same key is about to, nothing is added. One statement."""
    tasks.push_waiting.using(unique_key=key).enqueue()


def count(by: str, outcomes: Iterable[Outcome]) -> None:
    """Tell the metrics what became of pushes."""
    for kind, number in Counter(map(type, outcomes)).items():
        metrics.PUSHED.labels(by, _WORDS[kind]).inc(number)


_WORDS: dict[type[Outcome], str] = {
    push.Delivered: "delivered",
    push.DeadAddress: "dead_address",
    push.BadMessage: "bad_message",
    push.TryLater: "try_later",
    push.Misconfigured: "misconfigured",
    push.NotFinished: "not_finished",
}


@dataclass(frozen=True, slots=True)
class _Held:
    """A notification under a lease of ours, as it is stored."""

    id: UUID
    account_id: int
    kind: Kind
    payload: str
    options: str
    attempts: int
    created_at: datetime


_TAKE = """
UPDATE notifications_notification SET push_due_at = %s, push_attempts = push_attempts + 1
 WHERE id {of}(SELECT id FROM notifications_notification WHERE push_due_at <= %s ORDER BY push_due_at LIMIT %s{lock})
RETURNING id, account_id, kind, payload, push_options, push_attempts, created_at
"""


def _take(at: datetime, lease: datetime) -> list[_Held]:
    if connection.vendor == "postgresql":
        sql = _TAKE.format(of="= ANY(ARRAY", lock=" FOR UPDATE SKIP LOCKED)")
    else:
        sql = _TAKE.format(of="IN ", lock="")
    with connection.cursor() as cursor:
        cursor.execute(sql, [rows.stored_moment(lease), rows.stored_moment(at), BATCH])
        return [
            _Held(rows.identifier(pk), account_id, Kind(kind), payload, options, attempts, rows.moment(made))
            for pk, account_id, kind, payload, options, attempts, made in cursor.fetchall()
        ]


def _attempt(held: _Held, recipient: Recipient) -> Attempt:
    assert recipient.registration_id is not None  # it has an address
    composed = compose(
        notification_id=held.id,
        kind=held.kind,
        created_at=held.created_at,
        payload=json.loads(held.payload),
        options=json.loads(held.options) if held.options else {},
        address=recipient.token,
    )
    return Attempt(held.id, held.created_at, held.attempts, recipient.registration_id, composed)


@dataclass(frozen=True, slots=True)
class _Settled:
    """What is written down of a notification: when it is due again, if it is."""

    id: UUID
    due_at: datetime | None
    attempts: int


def _record(
    attempts: Sequence[Attempt], outcomes: Sequence[Outcome], *, lease: datetime, at: datetime
) -> None:
    both = list(zip(attempts, outcomes, strict=True))
    _settle([_settled(one, outcome, at) for one, outcome in both], lease=lease)
    end_dead(
        [
            (one.registration_id, one.push.address)
            for one, outcome in both
            if isinstance(outcome, DeadAddress)
        ],
        at=at,
    )
    push_budget.answered(outcomes, has_repeats=any(one.attempts > 1 for one in attempts))
    if any(outcome == NotFinished(begun=False) for outcome in outcomes):
        wake("unfinished")


def _settled(one: Attempt, outcome: Outcome, at: datetime) -> _Settled:
    if outcome == NotFinished(begun=False):
        return _Settled(one.notification_id, at, one.attempts - 1)
    wait = patience.wait_after(outcome, attempts=one.attempts)
    due_at = None if wait is None else at + wait
    if due_at is not None and patience.is_over(created_at=one.created_at, at=due_at):
        due_at = None
    return _Settled(one.notification_id, due_at, one.attempts)


def _settle(settled: Sequence[_Settled], *, lease: datetime) -> None:
    """Write down all of them, unless the phone acknowledged one meanwhile or its lease passed on. One statement, if there are any."""
    if not settled:
        return
    stored: list[dict[str, Any]] = [
        {
            "id": str(rows.stored_identifier(one.id)),
            "due_at": None if one.due_at is None else str(rows.stored_moment(one.due_at)),
            "attempts": one.attempts,
        }
        for one in settled
    ]
    settling = rows.given("settled", id="uuid", due_at="timestamptz", attempts="integer")
    sql = f"""
    WITH {settling}
    UPDATE notifications_notification SET push_due_at = settled.due_at, push_attempts = settled.attempts
      FROM settled
     WHERE notifications_notification.id = settled.id AND notifications_notification.push_due_at = %s
    """  # noqa: S608 - names of our own
    with connection.cursor() as cursor:
        cursor.execute(sql, [json.dumps(stored), rows.stored_moment(lease)])


def end_dead(dead: Collection[tuple[int, str]], *, at: datetime) -> None:
    """End the registrations whose address is dead, if it is still the same. One statement for ten thousand."""
    waiting = list(dead)
    for start in range(0, len(waiting), _DEAD_AT_A_TIME):
        registrations.end_dead(dead=waiting[start : start + _DEAD_AT_A_TIME], at=at)
