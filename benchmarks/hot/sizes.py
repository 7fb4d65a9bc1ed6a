"""How much the tables of hot endpoints measure: all of it, or so little that a test can run them."""

import os
from dataclasses import dataclass

SHORT = "BENCH_SHORT"
"""The variable that asks for little. Its counts are true, its times say nothing."""


@dataclass(frozen=True)
class Sizes:
    """Of one run."""

    small: int = 10_000
    """Accounts of the population that the full one is compared with."""
    count: int = 10_000
    """Requests of a read; of writes there are fewer."""
    rounds: int = 9
    """Of requests, after one that warms up; the best of each figure counts: what else the machine does can only add."""
    pgbench_seconds: float = 5.0
    """Of one turn of pgbench."""
    profiled: int = 2000
    """Requests of which the profile is made."""

    @property
    def parts(self) -> int:
        """Into which the requests of an endpoint are cut, one for each round: the first warms up."""
        return self.rounds + 1


def sizes() -> Sizes:
    """Those of this run."""
    if os.environ.get(SHORT):
        return Sizes(small=300, count=120, rounds=1, pgbench_seconds=1.0, profiled=30)
    return Sizes()


def accounts() -> int:
    """How many accounts to measure at: ``ACCOUNTS``, of which the goals want a million."""
    return int(os.environ.get("ACCOUNTS", sizes().small))
