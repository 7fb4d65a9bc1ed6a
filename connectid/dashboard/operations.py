"""Keeping the tallies: replaced while their hour may change, summed up into days and months, forgotten in the end."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max, Sum
from django.db.models.functions import TruncDay, TruncMonth

from connectid.accounts.models import Account
from connectid.dashboard import counting
from connectid.dashboard.counting import Counts, Key
from connectid.dashboard.models import Metric, Span, Tally
from connectid.jobs import queries as jobs

RECENT = timedelta(hours=2)
"""Counted anew every five minutes."""

SETTLED_AFTER = timedelta(hours=50)
"""Counted anew every night: phones acknowledge late, and by then they have."""

HOURS_KEPT = timedelta(days=8)
DAYS_KEPT = timedelta(days=400)

GAUGES = (Metric.JOBS, Metric.PARTNER, Metric.OLDEST)
"""How much there is at a time, which is not to be counted later and does not add up."""

BATCH = 1000


def refresh(*, at: datetime, back: timedelta = RECENT) -> int:
    """Count the last hours anew and sum them up; return how many tallies were written.

    What is read grows with those hours, not with the tables. The first run counts everything there is. A fixed number of statements, and
    one more for each thousand tallies.
    """
    until = counting.hour_of(at) + timedelta(hours=1)
    since = _first(at) if not Tally.objects.exists() else counting.hour_of(at - back)
    counts = counting.everything(since=since, until=until)
    counts.update(_gauges(counting.hour_of(at), at))
    with transaction.atomic():
        stale = Tally.objects.filter(span=Span.HOUR, start__gte=since, start__lt=until)
        stale.exclude(metric__in=GAUGES).delete()
        written = _write(Span.HOUR, counts)
        written += _sum_up(Span.HOUR, Span.DAY, since=since)
        written += _sum_up(Span.DAY, Span.MONTH, since=since)
    return written


def settle(*, at: datetime) -> None:
    """Every night: count anew what may have changed since, and forget old hours and days."""
    refresh(at=at, back=SETTLED_AFTER)
    Tally.objects.filter(span=Span.HOUR, start__lt=at - HOURS_KEPT).delete()
    Tally.objects.filter(span=Span.DAY, start__lt=at - DAYS_KEPT).delete()


def _first(at: datetime) -> datetime:
    """When the first account was made: by its id, since that has an index."""
    first = (
        Account.objects.filter(is_staff=False).order_by("pk").values_list("date_joined", flat=True).first()
    )
    return counting.hour_of(min(first or at, at))


def _gauges(start: datetime, at: datetime) -> Counts:
    """What stands now: an hour keeps its last reading, a day the highest of its hours."""
    now: Counts = Counter()
    for standing in ("due", "deferred", "running", "failed"):
        now[Key(start, Metric.JOBS, standing)] = 0
    for row in jobs.backlog(at=at):
        now[Key(start, Metric.JOBS, row.standing)] += row.jobs
    for server, (waiting, oldest) in counting.waiting_callbacks(at=at).items():
        now[Key(start, Metric.PARTNER, server)] = waiting
        now[Key(start, Metric.OLDEST, server)] = oldest
    return now


def _sum_up(finer: Span, span: Span, *, since: datetime) -> int:
    trunc = TruncDay if span is Span.DAY else TruncMonth
    begin = since.replace(hour=0) if span is Span.DAY else since.replace(day=1, hour=0)
    rows = (
        Tally.objects.filter(span=finer, start__gte=begin)
        .annotate(whole=trunc("start"))
        .values_list("whole", "metric", "label")
        .annotate(total=Sum("value"), highest=Max("value"))
        .order_by()
    )
    counts: Counts = Counter()
    for start, metric, label, total, highest in rows:
        counts[Key(start, metric, label)] = highest if metric in GAUGES else total
    return _write(span, counts)


def _write(span: Span, counts: Counts) -> int:
    tallies = [
        Tally(span=span, start=key.start, metric=key.metric, label=key.label, value=value)
        for key, value in counts.items()
        if value or key.metric in GAUGES
    ]
    for batch in _batches(tallies):
        Tally.objects.bulk_create(
            batch,
            update_conflicts=True,
            unique_fields=["span", "start", "metric", "label"],
            update_fields=["value"],
        )
    return len(tallies)


def _batches(tallies: list[Tally]) -> Iterator[Iterable[Tally]]:
    for begin in range(0, len(tallies), BATCH):
        yield tallies[begin : begin + BATCH]
