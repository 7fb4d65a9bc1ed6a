"""The crash test, shortened to some seconds. ``make test-crash`` runs all of it."""

import pytest

from connectid.testing.brokers import broker
from tests.crash.run import Plan, run

KINDS = ("celery", "a server process", "database", "worker")
"""Those that need no process to start before the run goes on."""


@pytest.mark.postgresql
@pytest.mark.timeout(600)
def test_nothing_is_lost_whatever_dies() -> None:
    with broker("rabbitmq") as found:
        result = run(
            Plan(
                "Shortened",
                each_way=120,
                faults=4,
                seed=20260722,
                lanes=8,
                kinds=KINDS,
                waits_for_leases=False,
            ),
            found,
        )
    print(result.table())
    assert result.problems() == []
