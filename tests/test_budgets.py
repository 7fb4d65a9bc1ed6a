"""The page of budgets is whole, and what it is measured with measures."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from connectid.testing import budget_lines
from connectid.testing.budget_lines import Line, is_exceeded
from connectid.testing.ledger import Ledger
from connectid.testing.metering import Cost, metered
from connectid.testing.nothing_grows import NOTHING_GROWS

SERVED = budget_lines.endpoints() | budget_lines.jobs()
LINES = budget_lines.read()


def test_every_endpoint_and_every_job_has_a_line() -> None:
    """Written by `make budgets`."""
    assert SERVED - LINES.keys() == set()
    assert LINES.keys() - SERVED == set()


def test_each_is_counted_with_more_rows_or_says_why_not() -> None:
    grown = {name for name, line in LINES.items() if line.grown}
    assert SERVED - grown - NOTHING_GROWS.keys() == set()
    assert NOTHING_GROWS.keys() & grown == set()
    assert NOTHING_GROWS.keys() - SERVED == set()


def test_the_page_shows_the_figures() -> None:
    assert budget_lines.PAGE.read_text(encoding="utf-8") == budget_lines.page(LINES)


class TestMetering:
    pytestmark = pytest.mark.django_db

    def test_rows_are_those_that_were_fetched(self) -> None:
        rows = ContentType.objects.count()
        with metered() as meter:
            list(ContentType.objects.all())
            ContentType.objects.exists()
            ContentType.objects.order_by("pk").first()
        assert meter.cost == Cost(statements=3, rows=rows + 2)

    def test_rows_of_a_bare_cursor(self) -> None:
        with metered() as meter, connection.cursor() as cursor:
            for _ in range(2):
                cursor.execute("SELECT 1 UNION SELECT 2 UNION SELECT 3 ORDER BY 1")
                assert (cursor.fetchone(), cursor.fetchmany(1), [*cursor]) == ((1,), [(2,)], [(3,)])
        assert meter.cost.rows == 6

    def test_a_write_reads_what_it_finds(self) -> None:
        with metered() as meter:
            made = ContentType.objects.create(app_label="budgets", model="ångström")
        assert meter.cost == Cost(statements=1, written=len("budgets") + len("ångström".encode()))
        with metered() as meter:
            ContentType.objects.filter(pk=made.pk).update(model="m")
        assert meter.cost == Cost(statements=1, rows=1, written=1 + 8)
        with metered() as meter:
            ContentType.objects.filter(app_label="nobody").update(model="m")
        assert meter.cost.rows == 0

    def test_blocks_nest(self) -> None:
        with metered() as outer:
            ContentType.objects.exists()
            with metered() as inner:
                ContentType.objects.exists()
        ContentType.objects.exists()
        assert (outer.cost.rows, inner.cost.rows) == (2, 1)


def test_bytes_may_vary_a_little_and_nothing_else() -> None:
    allowed = Cost(statements=2, rows=5, written=800, calls=1)
    assert not is_exceeded(allowed, allowed)
    assert not is_exceeded(allowed._replace(written=800 + 100 + 64), allowed)
    assert is_exceeded(allowed._replace(written=800 + 100 + 65), allowed)
    assert is_exceeded(allowed._replace(statements=3), allowed)
    assert is_exceeded(allowed._replace(rows=6), allowed)
    assert is_exceeded(allowed._replace(calls=2), allowed)
    assert is_exceeded(Cost(written=1), Cost())


def test_a_test_is_held_to_the_line_of_as_many_rows() -> None:
    name = "GET /toggles"
    ledger = Ledger(allowed={name: Line(Cost(rows=3), {1: Cost(rows=1), 20: Cost(rows=20)})})
    ledger.note(name, Cost(rows=3))
    ledger.rows = 20
    ledger.note(name, Cost(rows=20))
    ledger.rows = 1000
    ledger.note(name, Cost(rows=1000))
    assert ledger.exceeded == []
    ledger.rows = 1
    ledger.note(name, Cost(rows=2))
    [told] = ledger.exceeded
    assert "GET /toggles with 1 rows: 0 statements, 2 rows read" in told
    assert ledger.noted[name].grown.keys() == {1, 20, 1000}


def test_bytes_that_hardly_changed_are_not_written_anew() -> None:
    former = Line(Cost(written=800), {1: Cost(written=100)})
    settled = Line(Cost(written=790), {1: Cost(written=300), 20: Cost(written=7)}).settled(former)
    assert settled == Line(Cost(written=800), {1: Cost(written=300), 20: Cost(written=7)})
