"""Writes the figures of the last run into the pages that quote them, and the chart: `python -m benchmarks.performance_page [--check]`.

Between ``<!-- figures: NAME -->`` and ``<!-- end -->`` everything is ours; NAME is an item's number, ``all items``, a table's title up to
its colon, or a place of ``benchmarks.scale``. Within a line it is ``<!-- figure: NAME -->``; NAME is a place again, or such a title, a semicolon and the
name of one of its figures.
"""

import math
import re
import sys
from pathlib import Path
from typing import Any

from benchmarks import scale
from benchmarks.page_tables import items, ratios, rounded, sentence, table, value
from benchmarks.report import load, short

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = (
    DOCS / "performance.md",
    DOCS / "scale.md",
    DOCS / "topics" / "hot-endpoints.md",
    DOCS / "topics" / "overload.md",
    DOCS / "topics" / "push.md",
)
CHART = DOCS / "performance.svg"
ALL_ITEMS = "all items"

_PLACE = re.compile(r"(<!-- figures: (?P<name>.*?) -->\n).*?(<!-- end -->)", re.DOTALL)
_WORDS = re.compile(r"(<!-- figure: (?P<name>[^\n]*?) -->)[^\n]*?(<!-- end -->)")
_BAR, _LEFT, _WIDTH = 13, 330, 430


def page(text: str, rows: list[dict[str, Any]]) -> str:
    """Return a page with its places filled; one of which nothing was measured stays as it is."""
    measured = {str(one.number): one for one in items(rows)}
    computed = scale.places(rows)
    told = {f"{short(row['table'])}; {row['name']}": value(row) for row in rows} | computed

    def fill(place: re.Match[str]) -> str:
        name = place["name"]
        if name in measured:
            lines = [sentence(measured[name])]
        else:
            whole = ratios(list(measured.values())) if name == ALL_ITEMS else table(name, rows)
            lines = [computed[name]] if name in computed else whole
            lines = ["", *lines, ""] if lines else []
        return place[1] + "\n".join(lines) + "\n" + place[3] if lines else place[0]

    def fill_words(place: re.Match[str]) -> str:
        return place[1] + told[place["name"]] + place[3] if place["name"] in told else place[0]

    return _WORDS.sub(fill_words, _PLACE.sub(fill, text))


def chart(rows: list[dict[str, Any]]) -> str:
    """Return how many times as fast ours is, as bars on a logarithmic scale."""
    found = items(rows)
    longest = max((math.log10(one.faster) for one in found), default=1.0)
    height = len(found) * (_BAR + 7) + 30
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 860 {height}" font-family="sans-serif" font-size="11">',
        '<rect width="100%" height="100%" fill="#fff"/>',
        '<text x="8" y="16" font-weight="bold">Times as fast as the pattern (logarithmic)</text>',
    ]
    for place, one in enumerate(found):
        top = 26 + place * (_BAR + 7)
        width = max(2.0, _WIDTH * max(0.0, math.log10(one.faster)) / longest)
        label = f"{one.number}. {one.name}" if one.number else one.name
        parts += [
            f'<text x="{_LEFT - 8}" y="{top + 10}" text-anchor="end">{label}</text>',
            f'<rect x="{_LEFT}" y="{top}" width="{width:.0f}" height="{_BAR}" fill="#2a6f97"/>',
            f'<text x="{_LEFT + width + 6:.0f}" y="{top + 10}">{rounded(one.faster)}</text>',
        ]
    return "\n".join([*parts, "</svg>", ""])


def write(*, check: bool = False) -> bool:
    """Write pages and chart where they differ from the figures; return whether any did."""
    rows = load()
    wanted = {path: page(path.read_text(encoding="utf-8"), rows) for path in PAGES} | {CHART: chart(rows)}
    stale = [
        path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    for path in stale:
        if not check:
            path.write_text(wanted[path], encoding="utf-8")
        print(f"{path.relative_to(ROOT)} {'is stale' if check else 'written'}")
    return bool(stale)


if __name__ == "__main__":
    sys.exit(1 if write(check="--check" in sys.argv) and "--check" in sys.argv else 0)
