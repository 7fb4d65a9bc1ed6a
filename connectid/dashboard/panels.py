"""The figures of the board as the page's template takes them."""

from datetime import datetime
from typing import Any

from connectid.dashboard import charts
from connectid.dashboard.counting import LATENCIES, LONGER
from connectid.dashboard.queries import Board, Series

COUNTRIES = 4
THOUSANDTHS = 1000


def panels(board: Board) -> dict[str, Any]:
    """Tiles and charts."""
    return {
        "at": board.at,
        "tiles": _tiles(board),
        "sign_ups": _by_country(board.sign_ups, "%b %Y", "Sign-ups by month and country"),
        "steps": _steps(board.enrolments),
        "codes": _codes(board.codes),
        "spend": _by_country(board.spend, "%d %b", "Spend on texts by day", scale=THOUSANDTHS),
        "countries": _countries(board),
        "pushes": charts.stacked(
            _written(board.pushes, "%H:00"),
            order=["acknowledged", "pushed", "waiting"],
            name="Notifications by hour",
        ),
        "latency": charts.stacked(
            {label: {"": board.latency.get(label, 0)} for label in (*LATENCIES, LONGER)},
            order=[""],
            name="Time from accept to ack",
        ),
        "percentiles": [
            (f"{share} %", board.within(share / 100) or "none yet") for share in (50, 90, 95, 99)
        ],
        "dead_addresses": board.dead_addresses,
        "jobs": charts.stacked(
            _written(board.jobs, "%H:00"),
            order=["due", "running", "deferred", "failed"],
            name="Jobs in the table by hour",
        ),
        "partners": board.partners,
    }


def _tiles(board: Board) -> list[tuple[str, str, str]]:
    """Name, figure and what it is of."""
    codes = _total(board.codes)
    spent = sum(_total(board.spend).values())
    jobs = next((counts for counts in reversed([*board.jobs.values()]) if counts), {})
    unwell = [partner for partner in board.partners if partner.state in ("paused", "failing")]
    return [
        ("Sign-ups", charts.written(board.sign_ups_today), "today"),
        ("Codes typed in", _share(codes.get("typed in", 0), codes.get("made", 0)), "of 30 days"),
        ("Spent on texts", charts.written(spent / THOUSANDTHS), "in 30 days"),
        ("Half acknowledged within", board.within(0.5) or "–", "of 24 hours"),  # noqa: RUF001
        ("Jobs due", charts.written(jobs.get("due", 0)), f"{jobs.get('failed', 0):,} failed"),
        ("Partners", f"{len(board.partners) - len(unwell)}/{len(board.partners)}", "well"),
    ]


def _by_country(series: Series, format_: str, name: str, *, scale: int = 1) -> charts.Chart:
    kept = charts.leading(series, most=COUNTRIES)
    columns = {start.strftime(format_): charts.with_others(counts, kept) for start, counts in series.items()}
    has_others = any("others" in counts for counts in columns.values())
    order = [*kept, "others"] if has_others else kept
    return charts.stacked(columns, order=order, name=name, scale=scale)


def _steps(counts: dict[str, int]) -> list[tuple[str, int, str, str]]:
    """Step, count, share of those that started, and the width of its bar."""
    started = counts.get("started", 0)
    found = []
    for step in ("started", "number proven", "finished"):
        count = counts.get(step, 0)
        width = f"{100 * count / started:.1f}" if started else "0"
        found.append((step, count, _share(count, started), width))
    return found


def _codes(series: Series) -> charts.Chart:
    columns = {
        day.strftime("%d %b"): {
            "typed in": counts.get("typed in", 0),
            "not": counts.get("made", 0) - counts.get("typed in", 0),
        }
        for day, counts in series.items()
    }
    return charts.stacked(columns, order=["typed in", "not"], name="Codes by day")


def _countries(board: Board) -> list[tuple[str, str, str]]:
    """Country, texts and spend, those that cost most first."""
    texts, spend = _total(board.texts), _total(board.spend)
    ranked = sorted(texts, key=lambda country: (-spend.get(country, 0), -texts[country], country))
    return [
        (
            country or "unknown",
            charts.written(texts[country]),
            charts.written(spend.get(country, 0) / THOUSANDTHS),
        )
        for country in ranked[:8]
    ]


def _written(series: Series, format_: str) -> dict[str, dict[str, int]]:
    return {start.strftime(format_): counts for start, counts in series.items()}


def _total(series: Series) -> dict[str, int]:
    total: dict[str, int] = {}
    for counts in series.values():
        for label, value in counts.items():
            total[label] = total.get(label, 0) + value
    return total


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "–"  # noqa: RUF001


def moment(at: datetime) -> str:
    """When the figures were read, for the live page."""
    return at.strftime("%Y-%m-%d %H:%M:%S UTC")
