"""Statement budgets: how many statements an endpoint or a job may run, whatever the size of the data.

    def test_statements_of_retrieve_notifications(client, statement_budget):
        statement_budget(2, grow=lambda n: make_notifications(n), act=lambda: client.get("/messaging/..."))

The budget holds with 2 rows and with 20, and the count is the same for both: a statement per row cannot hide.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from connectid.testing.ledger import GROWN, Ledger
from connectid.web.query_budget import QueryBudget, counted

SIZES = (2, 20)


class StatementBudget:
    """Asserts how many statements something runs; transaction control does not count."""

    def __init__(self, ledger: Ledger | None = None, *, sizes: tuple[int, int] = SIZES) -> None:
        self._ledger = ledger
        self._sizes = sizes

    def __call__(
        self,
        maximum: int,
        *,
        act: Callable[[], object],
        grow: Callable[[int], object],
        sizes: tuple[int, int] | None = None,
        cap: int = GROWN[1],
    ) -> None:
        """Assert that ``act`` runs at most ``maximum`` statements, and as many at both sizes of the data.

        ``grow(n)`` adds ``n`` rows, up to ``cap`` of them. ``act`` runs once more at first, uncounted, so that caches are as warm as
        in production.
        """
        small, large = sizes or self._sizes
        large = min(large, cap)
        grow(small)
        act()
        first = self._run(act, rows=GROWN[0])
        grow(large - small)
        second = self._run(act, rows=GROWN[1])
        assert second.total == first.total, (
            f"{first.total} statements with {small} rows, {second.total} with {large}:\n{_told(second)}"
        )
        assert second.total <= maximum, (
            f"{second.total} statements, where {maximum} are allowed:\n{_told(second)}"
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
    is_writing = request.config.getoption("write_budgets")
    return StatementBudget(ledger if is_writing else None, sizes=GROWN if is_writing else SIZES)


def _told(budget: QueryBudget) -> str:
    return "\n".join(f"{times:4} times {sql}" for sql, times in budget.by_text.items())
