"""The performance report's patterns grow with what they are given; what replaced them does not.

Counts only: `make bench` has the clock. Each pattern runs on rows of its own at two sizes.
"""

import re
from pathlib import Path

import pytest
from django.core.cache import cache

from benchmarks.baselines import figures
from benchmarks.baselines.pattern import Pattern, measure
from connectid.web.query_budget import counted

PAGE = Path(__file__).resolve().parent.parent / "docs" / "performance.md"
FEW, MANY = 10, 40
"""Ten at least, so that undelivered messages are those of whole people."""

COUNTED = [pattern for pattern in figures.PATTERNS if pattern.has_statements]


def statements(pattern: Pattern, size: int) -> tuple[int, int]:
    """Return what the pattern and what ours need for ``size`` things."""
    before = measure(pattern.before, pattern.prepare(size)).statements
    cache.clear()
    return before, measure(pattern.after, pattern.prepare(size)).statements


@pytest.mark.django_db
@pytest.mark.parametrize("pattern", COUNTED, ids=lambda pattern: f"item {pattern.item}")
def test_ours_needs_as_many_statements_for_many_as_for_few(pattern: Pattern) -> None:
    measure(pattern.after, pattern.prepare(FEW))  # what a process asks once
    before_few, few = statements(pattern, FEW)
    before_many, many = statements(pattern, MANY)
    assert few == many
    if pattern.item not in {12, 14}:  # whose patterns cost the database, not statements
        assert before_many >= before_few + (MANY - FEW) / 10
        assert before_many > many


LOOPS = [pattern for pattern in COUNTED if pattern.item in {1, 2, 3, 4, 7, 8, 15}]


@pytest.mark.django_db
@pytest.mark.parametrize("pattern", LOOPS, ids=lambda pattern: f"item {pattern.item}")
def test_a_request_that_did_as_the_report_found_it_would_be_named(pattern: Pattern) -> None:
    """In development, that is; ours would not."""
    for act, is_named in ((pattern.before, True), (pattern.after, False)):
        given = pattern.prepare(FEW)
        with counted("warn") as budget:
            act(given)
        assert (budget.repeated is not None) is is_named


SAME = [pattern for pattern in figures.PATTERNS if pattern.item in {9, 10, 13}]


@pytest.mark.parametrize("pattern", SAME, ids=lambda pattern: f"item {pattern.item}")
def test_both_sides_of_what_has_no_statements_come_to_the_same(pattern: Pattern) -> None:
    given = pattern.prepare(3)
    before = pattern.before(given)
    again = pattern.prepare(3) if pattern.writes else given
    after = pattern.after(again)
    for one in (given, again):
        pattern.finish(one)
    assert before == after
    assert before


def test_every_item_of_the_report_is_measured() -> None:
    assert {pattern.item for pattern in figures.PATTERNS} == set(range(16))


def test_every_test_that_the_page_cites_exists() -> None:
    cited = re.findall(r"`((?:connectid|tests)/[\w/]+\.py)(?:::(\w+))?`", PAGE.read_text(encoding="utf-8"))
    root = PAGE.parent.parent
    missing = [
        (path, name)
        for path, name in cited
        if not (root / path).exists() or (name and f"def {name}(" not in (root / path).read_text("utf-8"))
    ]
    assert (len(cited) > 20, missing) == (True, [])


def test_every_item_has_a_place_on_the_page() -> None:
    places = re.findall(r"<!-- figures: (\d+) -->", PAGE.read_text(encoding="utf-8"))
    assert [int(place) for place in places] == list(range(16))
