"""Charts as inline SVG: plots without text, which stretch to any width, and the words beside them in HTML.

Colours are classes of the page's style sheet, so that the content security policy holds and dark mode is one rule.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

HEIGHT = 100
STEP = 10
GAP = 2


@dataclass(frozen=True, slots=True)
class Chart:
    """A plot and what is written around it."""

    plot: SafeString
    top: str
    """What the full height stands for."""
    ticks: list[str]
    """From left to right."""
    legend: list[tuple[str, str]]
    """Class and name of each colour."""
    is_empty: bool


def stacked(
    columns: Mapping[str, Mapping[str, int]],
    *,
    order: Sequence[str],
    name: str,
    unit: str = "",
    scale: int = 1,
) -> Chart:
    """Bars on top of each other, one for each column and label of ``order``. Values are divided by ``scale``."""
    highest = max((sum(values.get(label, 0) for label in order) for values in columns.values()), default=0)
    full = nice(highest / scale) * scale
    rects = [
        rect
        for index, (tick, values) in enumerate(columns.items())
        for rect in _column(index, tick, values, order, full, unit, scale)
    ]
    plot = format_html(
        '<svg viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>',
        max(1, len(columns)) * STEP,
        HEIGHT,
        name,
        format_html_join(
            "",
            '<rect class="c{}" x="{}" y="{}" width="{}" height="{}"><title>{}</title></rect>',
            rects,
        ),
    )
    ticks = [*columns]
    shown = [ticks[0], ticks[len(ticks) // 2], ticks[-1]] if len(ticks) > 2 else ticks
    legend = [(f"c{place}", label or "unknown") for place, label in enumerate(order, 1)]
    return Chart(plot, written(full / scale, unit), shown, legend if len(order) > 1 else [], highest == 0)


def _column(
    index: int,
    tick: str,
    values: Mapping[str, int],
    order: Sequence[str],
    full: float,
    unit: str,
    scale: int,
) -> list[tuple[int, int, str, int, str, str]]:
    rects, base = [], float(HEIGHT)
    for place, label in enumerate(order, 1):
        value = values.get(label, 0)
        if not value:
            continue
        height = value / full * HEIGHT
        base -= height
        text = f"{tick}, {label or 'unknown'}: {written(value / scale, unit)}"
        rects.append((place, index * STEP + GAP // 2, f"{base:.2f}", STEP - GAP, f"{height:.2f}", text))
    return rects


def nice(highest: float) -> float:
    """The next round number: 1, 2 or 5 and noughts."""
    if highest <= 0:
        return 1
    power = 10.0 ** (len(str(int(highest))) - 1) if highest >= 1 else 0.01
    while True:
        for step in (1, 2, 5):
            if step * power >= highest:
                return step * power
        power *= 10


def written(value: float, unit: str = "") -> str:
    """A figure as people read it: 12,340; 3.50."""
    text = f"{value:,.2f}" if value != int(value) else f"{int(value):,}"
    return f"{text} {unit}".rstrip()


def leading[Start](series: Mapping[Start, Mapping[str, int]], *, most: int) -> list[str]:
    """The labels with the largest totals, the largest first."""
    totals: dict[str, int] = {}
    for values in series.values():
        for label, value in values.items():
            totals[label] = totals.get(label, 0) + value
    return sorted(totals, key=lambda label: (-totals[label], label))[:most]


def with_others(values: Mapping[str, int], kept: Sequence[str], others: str = "others") -> dict[str, int]:
    """The counts of the labels that are kept, and the others' together."""
    found = {label: value for label, value in values.items() if label in kept}
    rest = sum(value for label, value in values.items() if label not in kept)
    return found | ({others: rest} if rest else {})
