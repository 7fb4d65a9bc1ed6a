"""The crash test, shortened: one of each fault. ``make test-crash`` runs all of it."""

import pytest

from connectid.testing.brokers import broker
from tests.crash.run import Plan, run


@pytest.mark.postgresql
@pytest.mark.timeout(600)
def test_nothing_is_lost_whatever_dies() -> None:
    with broker("rabbitmq") as found:
        result = run(Plan("Shortened", each_way=120, faults=7, seed=20260722, lanes=8), found)
    print(result.table())
    assert result.problems() == []
