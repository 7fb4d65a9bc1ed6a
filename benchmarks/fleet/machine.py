"""The server as an operator runs it, on a database that is full, and what both spend."""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.request import urlopen

import psycopg

from benchmarks.server import BIN, Server, cpu_of, started

NAME = "connectid-fleet"
"""By which the database tells its own processes that serve this run."""

AT_REST = 0.1
"""CPU seconds in a second, of a server that nobody asks anything."""
AT_REST_WITHIN = 180

_SHED = "connectid_shed_requests_total"


@dataclass(frozen=True)
class Spent:
    """CPU seconds since the start of the processes."""

    application: float
    database: float

    def since(self, before: "Spent") -> "Spent":
        """What was spent between two readings."""
        return Spent(self.application - before.application, self.database - before.database)


@dataclass(frozen=True)
class Machine:
    """A running server and its database."""

    server: Server
    database: str

    def spent(self) -> Spent:
        """Read what the workers and their database processes have used."""
        with psycopg.connect(self.database, autocommit=True) as connection:
            rows = connection.execute(
                "SELECT pid FROM pg_stat_activity WHERE application_name = %s", [NAME]
            ).fetchall()
        return Spent(self.server.cpu_seconds(), sum(cpu_of(pid) for (pid,) in rows))

    def rest(self) -> None:
        """Wait until workers have done what requests left behind for their jobs, so that what comes next is measured alone.

        Raises ``TimeoutError`` where they have not after :data:`AT_REST_WITHIN` seconds.
        """
        until = time.monotonic() + AT_REST_WITHIN
        while time.monotonic() < until:
            before = self.spent()
            time.sleep(1)
            if self.spent().since(before).application < AT_REST:
                return
        raise TimeoutError("the workers' jobs have no end")

    def shed(self) -> float:
        """How many requests ``/metrics`` says were turned away."""
        with urlopen(f"{self.server.url}/metrics", timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(_SHED))

    @contextlib.contextmanager
    def stuck(self) -> Iterator[None]:
        """Lock a table that every phone's request reads: whatever has a turn keeps it until the block ends."""
        with psycopg.connect(self.database) as connection:
            connection.execute("LOCK TABLE accounts_account IN ACCESS EXCLUSIVE MODE")
            yield
            connection.rollback()


@contextlib.contextmanager
def serving(environment: dict[str, str], *, jobs: bool = True) -> Iterator[Machine]:
    """Run ``connectid serve`` until the block ends; ``jobs`` says whether its workers run those too."""
    address = environment["DATABASE_URL"]
    named = {"DATABASE_URL": f"{address}{'&' if '?' in address else '?'}application_name={NAME}"}
    command = [str(BIN / "connectid"), "serve", *(() if jobs else ("--no-jobs",))]
    with started(command, environment | named) as server:
        yield Machine(server, environment["DATABASE_URL"])
