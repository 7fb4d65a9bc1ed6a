"""Counting against limits: one statement for all the limits of an act, counted before anything is compared.

A bucket is kept as the moment at which it is full again (the "generic cell rate algorithm"): taking one moves that moment on
by the limit's ``cost``, and is allowed while it stays within a day. So no job refills buckets, and each is one number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, reduce
from math import ceil
from operator import or_
from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, Case, F, Q, Sum, When

from connectid.verification import limits
from connectid.verification.limits import CountedLimit
from connectid.verification.models import Counter

_HOUR = 3_600_000
_UNLIMITED = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Taking:
    """One to be taken from ``limit`` for ``subject``."""

    limit: CountedLimit
    subject: str


def take(takings: Sequence[Taking], *, at: datetime) -> bool:
    """Take one from every limit, in one statement; False when any of them refused.

    Then others may have been taken all the same: roll back to where that matters. The limits must be different ones, and every
    caller names them from the narrowest to the widest, so that rows are locked in one order.
    """
    params: list[Any] = []
    for taking in takings:
        limit = taking.limit
        params += [limit.name, taking.subject, _ms(limit.cost)]
        if limit.halved_by_breaker:
            params.append(connection.ops.adapt_datetimefield_value(at))
        params += [
            _ms(limit.gap) if limit.gap else None,
            _UNLIMITED if limit.an_hour is None else limit.an_hour,
        ]
    now = _moment(at)
    sql = _take_sql(tuple(taking.limit.halved_by_breaker for taking in takings))
    with connection.cursor() as cursor:
        cursor.execute(sql, [*params, now, now, now // _HOUR])
        return len(cursor.fetchall()) == len(takings)


@dataclass(frozen=True, slots=True)
class Refused:
    """Which limit refused, and after how many seconds it will not; None when waiting does not help."""

    limit: str
    retry_after: int | None


def why(takings: Sequence[Taking], *, at: datetime) -> Refused:
    """Explain why ``take`` refused, as far as the present rows tell: by the limit that lasts longest. One statement."""
    for taking in takings:
        if taking.limit.an_hour == 0:
            return Refused(taking.limit.name, None)
    wanted = {taking.limit.name: taking.limit for taking in takings}
    named = (Q(name=taking.limit.name, subject=taking.subject) for taking in takings)
    now = _moment(at)
    rows = Counter.objects.filter(reduce(or_, named))
    longest, name = max(((_wait_for(row, wanted[row.name], now), row.name) for row in rows), default=(0, ""))
    return Refused(name, max(1, ceil(longest / 1000)))


def settle(check: Taking, *, prefix: str | None) -> None:
    """Give back the try that a right code took, and count the text that brought it as converted. One statement."""
    counted = Q(name=check.limit.name, subject=check.subject)
    if prefix is not None:
        counted |= Q(name=limits.TEXTS_PER_PREFIX.name, subject=prefix)
    Counter.objects.filter(counted).update(
        full_at=Case(
            When(name=check.limit.name, then=F("full_at") - _ms(check.limit.cost)),
            default=F("full_at"),
            output_field=BigIntegerField(),
        ),
        converted=F("converted") + 1,
    )


def checks_in_hour(at: datetime) -> tuple[datetime, int]:
    """When the present hour of the clock began, and how many checks were counted in it."""
    hour = _moment(at) // _HOUR
    counted = Counter.objects.filter(name=limits.CHECKS_PER_ADDRESS.name, hour=hour).aggregate(
        n=Sum("in_hour")
    )
    return datetime.fromtimestamp(hour * 3600, UTC), counted["n"] or 0


def _wait_for(row: Counter, limit: CountedLimit, now: int) -> int:
    waits = [max(row.full_at, now) + _ms(limit.cost) - _ms(limits.DAY) - now]
    if limit.gap:
        waits.append(row.last_at + _ms(limit.gap) - now)
    if limit.an_hour is not None and row.hour >= now // _HOUR and row.in_hour >= limit.an_hour:
        waits.append((row.hour + 1) * _HOUR - now)
    if (
        limit.judged
        and row.recent >= limits.JUDGED_FROM
        and row.converted * 100 < row.recent * limits.LEAST_CONVERSION
    ):
        waits.append(row.last_at + _ms(limits.BLOCKED_FOR) - now)
    return max(waits)


# `excluded` is the row that would have been inserted, and carries what was asked for: its last_at is the present moment, its
# full_at that moment and the cost. Rows come in the order of `wanted`. The condition is checked against each row once it is
# locked, not against what the statement saw first: parallel takings queue.
_TAKE = """
WITH wanted (name, subject, cost, gap, cap) AS (VALUES {wanted})
INSERT INTO verification_counter AS held (name, subject, full_at, last_at, hour, in_hour, recent, converted)
SELECT name, subject, CAST(%s AS bigint) + cost, CAST(%s AS bigint), CAST(%s AS bigint), 1, 1, 0 FROM wanted WHERE cap > 0
    ON CONFLICT (name, subject) DO UPDATE SET
       full_at = {taken},
       last_at = CASE WHEN held.last_at > excluded.last_at THEN held.last_at ELSE excluded.last_at END,
       hour = CASE WHEN held.hour > excluded.hour THEN held.hour ELSE excluded.hour END,
       in_hour = CASE WHEN held.hour < excluded.hour THEN 1 ELSE held.in_hour + 1 END,
       recent = CASE WHEN held.last_at + {blocked_for} <= excluded.last_at THEN 1
                     WHEN held.recent >= {enough} THEN held.recent / 2 + 1
                     ELSE held.recent + 1 END,
       converted = CASE WHEN held.last_at + {blocked_for} <= excluded.last_at THEN 0
                        WHEN held.recent >= {enough} THEN held.converted / 2
                        ELSE held.converted END
 WHERE {taken} <= excluded.last_at + {day}
   AND coalesce(held.last_at + (SELECT gap FROM wanted WHERE wanted.name = held.name), excluded.last_at) <= excluded.last_at
   AND (held.hour < excluded.hour OR held.in_hour < (SELECT cap FROM wanted WHERE wanted.name = held.name))
   AND NOT (held.name = '{judged}' AND held.recent >= {judged_from}
            AND held.converted * 100 < held.recent * {least_conversion}
            AND held.last_at + {blocked_for} > excluded.last_at)
RETURNING name
"""
_WANTED = "(CAST(%s AS varchar), CAST(%s AS varchar), CAST(%s AS bigint){times}, CAST(%s AS bigint), CAST(%s AS bigint))"
_TWICE_WHILE_OPEN = " * (SELECT 1 + count(*) FROM verification_breaker WHERE open_until > %s)"
_TAKEN = (
    "CASE WHEN held.full_at > excluded.last_at THEN held.full_at ELSE excluded.last_at END"
    " + excluded.full_at - excluded.last_at"
)


@cache
def _take_sql(halved: tuple[bool, ...]) -> str:
    return _TAKE.format(
        wanted=", ".join(_WANTED.format(times=_TWICE_WHILE_OPEN if half else "") for half in halved),
        taken=_TAKEN,
        day=_ms(limits.DAY),
        blocked_for=_ms(limits.BLOCKED_FOR),
        judged=limits.TEXTS_PER_PREFIX.name,
        judged_from=limits.JUDGED_FROM,
        least_conversion=limits.LEAST_CONVERSION,
        enough=2 * limits.JUDGED_FROM,
    )


def _moment(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _ms(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)
