"""One run: send, kill, wait until all is through, count."""

import contextlib
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from connectid.testing.brokers import TestBroker
from connectid.testing.vendors import Vendors
from tests.crash import fleet as fleets
from tests.crash import outside as outsides
from tests.crash.fleet import Fleet
from tests.crash.history import HEADING, History
from tests.crash.load import Lane, Load
from tests.crash.partner import Partners

CLEAR_SECONDS = 120.0
"""How long after the last fault everything may take to be through."""

IN_FLIGHT = 12
"""Calls that are under way at once: four threads of the worker and two processes of Celery, and some about to be."""

TEN_MINUTES_PASS = (
    "UPDATE messaging_callback SET due_at = due_at - interval '10 minutes' WHERE given_up_at IS NULL",
    "UPDATE messaging_messageserver SET paused_until = paused_until - interval '10 minutes'",
    "UPDATE jobs_job SET run_at = run_at - interval '10 minutes' WHERE state = 'ready' AND with_broker_since IS NULL",
)

EVERY_LEASE_ENDS = (
    "UPDATE jobs_job SET run_at = now() WHERE state <> 'failed'",
    "UPDATE messaging_channel SET relaying_until = NULL",
    "UPDATE messaging_callback SET due_at = now() WHERE given_up_at IS NULL",
    "UPDATE messaging_messageserver SET paused_until = NULL",
)


@dataclass(frozen=True)
class Plan:
    """What a run does."""

    name: str
    each_way: int
    faults: int
    seed: int
    lanes: int = 32
    kinds: tuple[str, ...] = (
        "worker",
        "celery",
        "dispatcher",
        "server",
        "a server process",
        "database",
        "broker",
    )
    down_hours: int = 0
    """For how long the partners are down, on a clock that runs faster."""
    waits_for_leases: bool = True
    """Or else, once all is sent, everything that holds one is killed, and they are ended in the database."""


@dataclass
class Result:
    """What a run found."""

    plan: Plan
    histories: list[History]
    faults: Counter[str]
    refused: int
    disordered: int
    given_up: int
    dead: list[str]
    seconds: float
    clear_seconds: float

    @property
    def allowed_duplicates(self) -> int:
        """Contract 13.4 and decision 0021: what was under way when something died, or was answered badly, may come again."""
        return self.plan.faults * IN_FLIGHT + self.refused

    def problems(self) -> list[str]:
        """What must not be."""
        found = [
            f"{history.name}: {len(ids)} {what}"
            for history in self.histories
            for what, ids in (("lost", history.lost), ("unexpected", history.unexpected))
            if ids
        ]
        if self.histories[0].duplicated:
            found.append(f"{self.histories[0].duplicated} came again to phones that had acknowledged them")
        found += [
            f"{history.name}: {history.duplicated} duplicates, more than {self.allowed_duplicates}"
            for history in self.histories[1:]
            if history.duplicated > self.allowed_duplicates
        ]
        if self.given_up:
            found.append(f"{self.given_up} calls to partners given up")
        found += [f"failed for good: {letter}" for letter in self.dead]
        if self.clear_seconds > CLEAR_SECONDS:
            found.append(f"it took {self.clear_seconds:.0f} s to get through the backlog")
        return found

    def table(self) -> str:
        """For people."""
        faults = ", ".join(f"{count} x {kind}" for kind, count in sorted(self.faults.items()))
        return "\n".join(
            [
                f"\n{self.plan.name} (seed {self.plan.seed}): {faults or 'no faults'}",
                HEADING,
                *(history.row() for history in self.histories),
                f"{self.seconds:.0f} s in all; backlog through {self.clear_seconds:.0f} s after the last message;",
                f"partners answered badly {self.refused} times; {self.disordered} deliveries out of order;",
                f"duplicates allowed: {self.allowed_duplicates}",
                *(f"PROBLEM: {problem}" for problem in self.problems()),
            ]
        )


def run(plan: Plan, broker: TestBroker) -> Result:
    """Make a fleet, do what the plan says, and return what came of it."""
    to_phones, to_partners, receipts = (History(name) for name in ("to phones", "to partners", "receipts"))
    partners = Partners(seed=plan.seed, deliveries=to_partners, receipts=receipts)
    began = time.monotonic()
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        vendors = stack.enter_context(Vendors())
        outside = stack.enter_context(outsides.running())
        partners_url = stack.enter_context(partners.listening(outside))
        fleet = stack.enter_context(fleets.running(Path(folder), broker, vendors.environment()))
        lanes = _scene(fleet, partners_url, plan.lanes)
        load = Load(fleet.url, lanes, plan.each_way, plan.seed, partners, to_phones, to_partners, receipts)
        stack.callback(load.stop)
        load.start(outside)
        faults = _kill(plan, fleet, load)
        if plan.down_hours:
            _outage(plan, fleet, load, partners)
        _wait_until_sent(fleet, load)
        quiet_since = time.monotonic()
        if not plan.waits_for_leases:
            _end_leases(fleet)
        _wait_until_through(fleet, load, [to_phones, to_partners, receipts])
        cleared = time.monotonic() - quiet_since
        [given_up] = _counts(fleet, "SELECT count(*) FROM messaging_callback WHERE given_up_at IS NOT NULL")
        dead = _dead_letters(fleet)
    return Result(
        plan,
        [to_phones, to_partners, receipts],
        faults,
        partners.refused,
        partners.disordered,
        given_up,
        dead,
        time.monotonic() - began,
        cleared,
    )


def _scene(fleet: Fleet, partners_url: str, lanes: int) -> list[Lane]:
    made = subprocess.run(
        [sys.executable, "-m", "tests.crash.scene", partners_url, "4", str(lanes)],
        env=fleet.environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return [Lane(**lane) for lane in json.loads(made.stdout.splitlines()[-1])]


def _kill(plan: Plan, fleet: Fleet, load: Load) -> Counter[str]:
    """Spread the faults over the sending, as far as it has come and not by the clock, which differs between machines."""
    chance = random.Random(plan.seed)
    faults: Counter[str] = Counter()
    for number in range(plan.faults):
        while load.progress < number / plan.faults:
            load.check()
            fleet.start_what_ended()
            time.sleep(0.02)
        # Every kind comes, in an order by chance.
        kind = plan.kinds[number] if number < len(plan.kinds) else chance.choice(plan.kinds)
        faults[kind] += 1
        match kind:
            case "a server process":
                fleet.kill_a_server_process(chance.choice)
            case "database":
                fleet.cut_database_connections(chance.choice((0.3, 1.0)))
            case "broker":
                fleet.cut_broker_connections()
            case "redis":
                fleet.flush_redis()
            case _:
                fleet.kill(kind)
    return faults


def _end_leases(fleet: Fleet) -> None:
    fleet.end("celery", "dispatcher", "worker")
    with fleet.connect() as connection:
        for statement in EVERY_LEASE_ENDS:
            connection.execute(statement)
    fleet.start("worker")


def _outage(plan: Plan, fleet: Fleet, load: Load, partners: Partners) -> None:
    """Have the partners down for hours that pass in seconds: every time that lies ahead is moved nearer, in the database."""
    partners.down.set()
    steps = plan.down_hours * 6
    for number in range(steps):
        while load.progress < min(1.0, number / steps):
            load.check()
            time.sleep(0.02)
        time.sleep(0.5)
        _let_ten_minutes_pass(fleet)
    partners.down.clear()
    # The clock still runs as fast: what was left alone just before is left alone for no longer than the rest was.
    _let_ten_minutes_pass(fleet)


def _let_ten_minutes_pass(fleet: Fleet) -> None:
    with fleet.connect() as connection:
        for statement in TEN_MINUTES_PASS:
            connection.execute(statement)


def _wait_until_sent(fleet: Fleet, load: Load) -> None:
    while not load.is_sent:
        load.check()
        fleet.start_what_ended()
        time.sleep(0.02)
    load.check()


def _wait_until_through(fleet: Fleet, load: Load, histories: list[History]) -> None:
    """Wait until everything came out and nothing waits; the caller judges how long that took. Three times as long ends it."""
    until = time.monotonic() + 3 * CLEAR_SECONDS
    while time.monotonic() < until:
        load.check()
        fleet.start_what_ended()
        [waiting] = _counts(fleet, "SELECT count(*) FROM messaging_callback WHERE given_up_at IS NULL")
        if not waiting and not any(history.lost for history in histories):
            return
        time.sleep(0.25)


def _dead_letters(fleet: Fleet) -> list[str]:
    """Return what failed for good. A job of one attempt that died with its worker is none: the next tick does the same."""
    with fleet.connect() as connection:
        rows = connection.execute(
            "SELECT task, error_class, error, count(*) FROM jobs_job WHERE state = 'failed'"
            " AND NOT (max_attempts = 1 AND error_class = 'connectid.jobs.errors.WorkerLost')"
            " GROUP BY 1, 2, 3"
        ).fetchall()
    return [f"{count} x {task}: {class_} {error}" for task, class_, error, count in rows]


def _counts(fleet: Fleet, sql: str) -> tuple[int, ...]:
    with fleet.connect() as connection:
        row = connection.execute(sql).fetchone()
    assert row is not None
    return tuple(row)
