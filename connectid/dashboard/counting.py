"""Counting the rows of a stretch of time, each table by an index of its times.

A count is keyed by hour, metric and label. Every function runs one statement, whatever the number of rows; those that need the country of
a number read the numbers in batches, since no database knows numbering plans.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db.models import Case, CharField, Count, F, Q, Value, When
from django.db.models.functions import TruncHour

from connectid.accounts.models import Account
from connectid.core import phone
from connectid.dashboard.models import Metric
from connectid.devices.models import EndReason, PushRegistration
from connectid.enrollment.models import EnrollmentSession
from connectid.enrollment.operations.sessions import LIFETIME
from connectid.messaging import queries as messaging
from connectid.messaging.models import MessageServer
from connectid.notifications.models import Notification
from connectid.verification.models import Challenge, Transport

BATCH = 2000
CODE_LIFETIME = timedelta(hours=1)
"""At least as long as any code lives: challenges are found by when they expire."""

LATENCIES: dict[str, timedelta] = {
    "1 s": timedelta(seconds=1),
    "5 s": timedelta(seconds=5),
    "15 s": timedelta(seconds=15),
    "1 min": timedelta(minutes=1),
    "5 min": timedelta(minutes=5),
    "15 min": timedelta(minutes=15),
    "1 h": timedelta(hours=1),
    "4 h": timedelta(hours=4),
    "1 day": timedelta(days=1),
}
"""Up to which time; the next label holds what took longer."""

LONGER = "longer"


class Key(NamedTuple):
    """What a count is of."""

    start: datetime
    metric: str
    label: str = ""


type Counts = Counter[Key]


def hour_of(at: datetime) -> datetime:
    """The beginning of the hour."""
    return at.replace(minute=0, second=0, microsecond=0)


def everything(*, since: datetime, until: datetime) -> Counts:
    """Count whatever happened from the beginning of one hour to another. Five statements, and no table is read as a whole."""
    counts: Counts = Counter()
    for count in (_sign_ups, _enrolments, _codes, _pushes, _dead_addresses):
        counts.update(dict(_summed(count(since, until))))
    return counts


def _summed(pairs: Iterator[tuple[Key, int]]) -> Counts:
    counts: Counts = Counter()
    for key, value in pairs:
        counts[key] += value
    return counts


def _sign_ups(since: datetime, until: datetime) -> Iterator[tuple[Key, int]]:
    made = Account.objects.filter(date_joined__gte=since, date_joined__lt=until, is_staff=False)
    for at, number in made.values_list("date_joined", "phone_number").iterator(chunk_size=BATCH):
        yield Key(hour_of(at), Metric.SIGN_UPS, country_of(number)), 1


def _enrolments(since: datetime, until: datetime) -> Iterator[tuple[Key, int]]:
    """By expiry, which has an index: a session lives as long as any other."""
    rows = (
        EnrollmentSession.objects.filter(
            expires_at__gte=since + LIFETIME, expires_at__lt=until + LIFETIME, is_fictitious=False
        )
        .annotate(start=TruncHour(F("expires_at") - LIFETIME))
        .values_list("start")
        .annotate(
            started=Count("pk"),
            proven=Count("pk", filter=Q(phone_proven_at__isnull=False)),
            finished=Count("pk", filter=Q(account__isnull=False)),
        )
        .order_by()
    )
    for start, started, proven, finished in rows:
        yield Key(start, Metric.ENROLMENTS, "started"), started
        yield Key(start, Metric.ENROLMENTS, "number proven"), proven
        yield Key(start, Metric.ENROLMENTS, "finished"), finished


def _codes(since: datetime, until: datetime) -> Iterator[tuple[Key, int]]:
    """A challenge counts in the hour in which its present code was made, with all the texts of it."""
    rows = Challenge.objects.filter(
        expires_at__gte=since, expires_at__lt=until + CODE_LIFETIME, transport=Transport.SMS
    ).values_list("created_at", "address", "delivered_sends", "used_at")
    for at, address, sends, used_at in rows.iterator(chunk_size=BATCH):
        if not since <= at < until:
            continue
        start, country = hour_of(at), country_of(address)
        yield Key(start, Metric.CODES, "made"), 1
        yield Key(start, Metric.CODES, "typed in"), int(used_at is not None)
        yield Key(start, Metric.TEXTS, country), sends
        yield Key(start, Metric.SPEND, country), sends * price_of(country)


def _pushes(since: datetime, until: datetime) -> Iterator[tuple[Key, int]]:
    took = Case(
        When(received_at=None, push_due_at__isnull=False, then=Value("waiting")),
        When(received_at=None, then=Value("pushed")),
        *(
            When(received_at__lte=F("created_at") + limit, then=Value(label))
            for label, limit in LATENCIES.items()
        ),
        default=Value(LONGER),
        output_field=CharField(),
    )
    rows = (
        Notification.objects.filter(created_at__gte=since, created_at__lt=until)
        .annotate(start=TruncHour("created_at"), took=took)
        .values_list("start", "took")
        .annotate(count=Count("pk"))
        .order_by()
    )
    for start, took_up_to, count in rows:
        if took_up_to in ("waiting", "pushed"):
            yield Key(start, Metric.PUSHES, took_up_to), count
        else:
            yield Key(start, Metric.PUSHES, "acknowledged"), count
            yield Key(start, Metric.LATENCY, took_up_to), count


def _dead_addresses(since: datetime, until: datetime) -> Iterator[tuple[Key, int]]:
    rows = (
        PushRegistration.objects.filter(ended_at__gte=since, ended_at__lt=until, end_reason=EndReason.DEAD)
        .annotate(start=TruncHour("ended_at"))
        .values_list("start")
        .annotate(count=Count("pk"))
        .order_by()
    )
    for start, count in rows:
        yield Key(start, Metric.DEAD), count


def waiting_callbacks(*, at: datetime) -> dict[str, tuple[int, int]]:
    """How many callbacks each message server, by its number, has not been told yet, and for how many seconds the oldest has waited.

    Servers without any are there too. Two statements.
    """
    found = dict.fromkeys(map(str, MessageServer.objects.values_list("pk", flat=True)), (0, 0))
    for one in messaging.backlogs():
        found[str(one.server_id)] = (one.calls, max(0, int((at - one.oldest_at).total_seconds())))
    return found


def country_of(number: str) -> str:
    """The country of a number as its ISO code; empty for what has none."""
    if not number:
        return ""
    try:
        return phone.parse(number).region or ""
    except phone.UnparsablePhoneNumber:
        return ""


def price_of(country: str) -> int:
    """What one text there costs, in thousandths of the currency."""
    prices: dict[str, int] = dict(settings.SMS_PRICES)
    return prices.get(country, prices.get("", 0))
