"""What the operations page shows: four statements, of tallies only, however many accounts there are."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from connectid.core import durations
from connectid.dashboard.counting import LATENCIES, LONGER, hour_of
from connectid.dashboard.models import Metric, Span, Tally
from connectid.messaging.models import MessageServer

HOURS = 24
DAYS = 30
MONTHS = 12
_OF_HOURS = (Metric.PUSHES, Metric.LATENCY, Metric.DEAD, Metric.JOBS, Metric.PARTNER, Metric.OLDEST)

type Series = dict[datetime, dict[str, int]]
"""For each span, in order, counts by label; spans without any are there too."""


@dataclass(frozen=True, slots=True)
class Partner:
    """How one message server is doing."""

    name: str
    is_active: bool
    failures: int
    paused_until: datetime | None
    waiting: int
    oldest: int
    """For how many seconds the first of them has waited, when they were last counted."""

    @property
    def oldest_waits(self) -> str:
        """The same in words; empty where nothing waits."""
        return durations.in_words(self.oldest) if self.waiting else ""

    @property
    def state(self) -> str:
        """``off``, ``paused``, ``failing`` or ``well``."""
        if not self.is_active:
            return "off"
        if self.paused_until is not None:
            return "paused"
        return "failing" if self.failures else "well"


@dataclass(frozen=True, slots=True)
class Board:
    """Everything on the page."""

    at: datetime
    sign_ups: Series
    """By month and country."""
    enrolments: dict[str, int]
    """Of the last thirty days, by step."""
    codes: Series
    """By day."""
    spend: Series
    """By day and country, in thousandths."""
    texts: Series
    """By day and country."""
    pushes: Series
    """By hour and how far they came."""
    dead_addresses: int
    """Of the last 24 hours."""
    latency: dict[str, int]
    """Of the last 24 hours, by the time that it took at most."""
    jobs: Series
    """By hour and standing, as last read."""
    sign_ups_today: int
    partners: list[Partner]

    def within(self, share: float) -> str:
        """By when this share of the acknowledged notifications had been; empty where there were none."""
        total, so_far = sum(self.latency.values()), 0
        for label in (*LATENCIES, LONGER):
            so_far += self.latency.get(label, 0)
            if total and so_far >= share * total:
                return label
        return ""


def board(*, at: datetime) -> Board:
    """Read the page's figures; four statements."""
    hour = hour_of(at)
    hours = [hour - timedelta(hours=back) for back in range(HOURS - 1, -1, -1)]
    day = hour.replace(hour=0)
    days = [day - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    months = _months(day, MONTHS)
    hourly, daily, monthly = (
        _read(Span.HOUR, hours, _OF_HOURS),
        _read(Span.DAY, days, (Metric.SIGN_UPS, Metric.ENROLMENTS, Metric.CODES, Metric.SPEND, Metric.TEXTS)),
        _read(Span.MONTH, months, (Metric.SIGN_UPS,)),
    )
    return Board(
        at=at,
        sign_ups=monthly[Metric.SIGN_UPS],
        enrolments=_total(daily[Metric.ENROLMENTS]),
        codes=daily[Metric.CODES],
        spend=daily[Metric.SPEND],
        texts=daily[Metric.TEXTS],
        pushes=hourly[Metric.PUSHES],
        dead_addresses=sum(_total(hourly[Metric.DEAD]).values()),
        latency=_total(hourly[Metric.LATENCY]),
        jobs=hourly[Metric.JOBS],
        sign_ups_today=sum(daily[Metric.SIGN_UPS][day].values()),
        partners=_partners(hourly, at),
    )


def _read(span: Span, starts: list[datetime], metrics: Iterable[Metric]) -> dict[Metric, Series]:
    found: dict[Metric, Series] = {metric: {start: {} for start in starts} for metric in metrics}
    rows = Tally.objects.filter(span=span, start__gte=starts[0], start__lte=starts[-1], metric__in=[*found])
    for start, metric, label, value in rows.order_by("start", "label").values_list(
        "start", "metric", "label", "value"
    ):
        series = found[Metric(metric)]
        if start in series:
            series[start][label] = value
    return found


def _total(series: Series) -> dict[str, int]:
    total: dict[str, int] = defaultdict(int)
    for counts in series.values():
        for label, value in counts.items():
            total[label] += value
    return dict(total)


def _partners(hourly: Mapping[Metric, Series], at: datetime) -> list[Partner]:
    waiting, oldest = _latest(hourly[Metric.PARTNER]), _latest(hourly[Metric.OLDEST])
    rows = MessageServer.objects.order_by("name", "pk").values_list(
        "pk", "name", "is_active", "failures_in_a_row", "paused_until"
    )
    return [
        Partner(
            name=name,
            is_active=active,
            failures=failures,
            paused_until=until if until and until > at else None,
            waiting=waiting.get(str(pk), 0),
            oldest=oldest.get(str(pk), 0),
        )
        for pk, name, active, failures, until in rows
    ]


def _latest(series: Series) -> dict[str, int]:
    """The last hour in which anything was counted."""
    return next((counts for counts in reversed([*series.values()]) if counts), {})


def _months(day: datetime, count: int) -> list[datetime]:
    months = [day.replace(day=1)]
    while len(months) < count:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    return months[::-1]
