"""Statement budgets: how many statements an endpoint or a job may run, whatever the size of the data.

    def test_statements_of_retrieve_notifications(client, statement_budget):
        statement_budget(2, grow=lambda n: make_notifications(n), act=lambda: client.get("/messaging/..."))

The budget holds with one row and with 20, and the count is the same for both: a statement per row cannot hide. What requests and jobs
of ``act`` cost with so many rows is written down, and must not grow either (``connectid.testing.ledger``).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from connectid.testing.budget_lines import GROWN
from connectid.testing.ledger import Ledger
from connectid.web.query_budget import QueryBudget, counted

SIZES = (1, 20)


class StatementBudget:
    """Asserts how many statements something runs; transaction control does not count."""

    def __init__(self, ledger: Ledger | None = None, *, is_writing: bool = False) -> None:
        self._ledger = ledger
        self._is_writing = is_writing

    def __call__(
        self,
        maximum: int,
        *,
        act: Callable[[], object],
        grow: Callable[[int], object],
        consumed: bool = False,
        sizes: tuple[int, int] = SIZES,
        cap: int = GROWN[1],
    ) -> None:
        """Assert that ``act`` runs at most ``maximum`` statements, and as many at both sizes of the data.

        ``grow(n)`` adds ``n`` rows; where ``act`` leaves none of them, they are ``consumed`` and made anew for each run. ``act`` runs once
        more at first, uncounted, so that caches are as warm as in production. `make budgets` goes on to ``cap`` rows.
        """
        small, *larger = [*sizes, cap] if self._is_writing and cap > sizes[1] else sizes
        grow(small)
        act()
        if consumed:
            grow(small)
        first = self._run(act, rows=small)
        there = small
        for rows in larger:
            grow(rows if consumed else rows - there)
            there = rows
            grown = self._run(act, rows=rows)
            assert grown.total == first.total, (
                f"{first.total} statements with {small} rows, {grown.total} with {rows}:\n{_told(grown)}"
            )
        assert first.total <= maximum, (
            f"{first.total} statements, where {maximum} are allowed:\n{_told(first)}"
        )

    @contextmanager
    def at_most(self, maximum: int) -> Iterator[QueryBudget]:
        """Assert that the block runs at most ``maximum`` statements."""
        with counted() as budget:
            yield budget
        assert budget.total <= maximum, (
            f"{budget.total} statements, where {maximum} are allowed:\n{_told(budget)}"
        )

    def _run(self, act: Callable[[], object], *, rows: int) -> QueryBudget:
        if self._ledger is not None:
            self._ledger.rows = rows
        try:
            with counted() as budget:
                act()
        finally:
            if self._ledger is not None:
                self._ledger.rows = None
        return budget


@pytest.fixture
def statement_budget(request: pytest.FixtureRequest, ledger: Ledger | None) -> StatementBudget:
    """Asserts statement budgets; see ``connectid.testing.budget``."""
    return StatementBudget(ledger, is_writing=request.config.getoption("write_budgets"))


def _told(budget: QueryBudget) -> str:
    return "\n".join(f"{times:4} times {sql}" for sql, times in budget.by_text.items())
