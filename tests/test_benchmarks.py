"""The benchmark of hot endpoints runs from end to end, and its counts are within their goals. Its times are for quiet machines.

And every goal of the project finds the figure that it is judged by.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import report, standing_goals
from benchmarks.hot import layers, pgbench
from benchmarks.hot.figures import POLLS
from benchmarks.hot.sizes import SHORT, accounts
from benchmarks.report import Figure

ROOT = Path(__file__).resolve().parent.parent
LINE = re.compile(
    r"  (?P<name>\S.*?) +(?P<value>-|\d+\.\d\d)(?: |$).*?(?P<verdict>met|MISSED|NOT MEASURED)?$"
)
PHONES = (*standing_goals.PHONE_READS, *standing_goals.PHONE_WRITES)
PARTNERS = (*standing_goals.PARTNER_READS, *standing_goals.PARTNER_WRITES, standing_goals.TOKEN)


def tables(output: str) -> dict[str, dict[str, re.Match[str]]]:
    """The lines of each table that was printed, by the beginning of its title and by name."""
    found: dict[str, dict[str, re.Match[str]]] = {}
    for part in output.split("\n\n"):
        title, *lines = part.strip("\n").splitlines() or [""]
        matches = [match for line in lines if (match := LINE.match(line))]
        if matches:
            found[report.short(title)] = {match["name"]: match for match in matches}
    return found


@pytest.mark.django_db
@pytest.mark.postgresql
def test_hot_endpoints_are_measured_within_their_statements(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SHORT, "1")
    monkeypatch.setenv("TEST_DATABASE_URL", os.environ["DATABASE_URL"])
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks", "hot"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode in {0, 1}, run.stderr[-3000:]  # 1 where a machine was slow
    found = tables(run.stdout)
    hot = found[f"Hot endpoints at {accounts():,} accounts"]
    counts = {name.partition(":")[0]: line for name, line in hot.items() if name.endswith(": statements")}
    assert set(counts) == {*PHONES, *PARTNERS}
    assert {name: line["value"] for name, line in counts.items() if line["verdict"] != "met"} == {}
    assert {f"{name}: application CPU" for name in counts} < set(hot)
    assert {found[layers.TITLES[name]].keys() >= {"logging and metrics"} for name in layers.DEFAULT} == {True}
    if pgbench.find():
        beside = found[f"Hot reads beside pgbench at {accounts():,} accounts"]
        reads = (*standing_goals.PHONE_READS, *standing_goals.PARTNER_READS)
        assert {f"{name}: the one over the other" for name in reads} < set(beside)
        assert {name for name in POLLS if beside[f"{name}: the one over the other"]["verdict"]} == set(POLLS)


def rows() -> Iterator[tuple[str, list[Figure]]]:
    """Tables as a whole run prints them, of figures that reach every goal."""
    hot = [
        Figure(f"{name}: {what}", value, "")
        for name in (*PHONES, *PARTNERS)
        for what, value in (("application CPU", 0.5), ("statements", 1))
    ]
    yield f"{standing_goals.HOT} 1,000,000 accounts: the best", hot
    yield (
        f"{standing_goals.PGBENCH} 1,000,000 accounts: the best",
        [Figure(f"{standing_goals.POLL}: the one over the other", 1.9, "x")],
    )
    yield (
        standing_goals.MANY,
        [
            Figure("send_bulk to 200 people", 0.1, "s"),
            Figure("the same 200: statements", 4, ""),
            Figure("the same 200: pushes in flight", 100, ""),
            Figure("the same, over what 100 in flight could do", 1.2, "x"),
        ],
    )
    yield standing_goals.SIGN_UP, [Figure("total, over the slowest call by itself", 1.08, "x")]
    yield (
        standing_goals.REMINDERS,
        [Figure("1000 unread messages", 100, ""), Figure("the same: statements", 4, "")],
    )
    yield "Growth: the median", [Figure("toggles", 1.0, "x"), Figure("token", 1.1, "x")]


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that has printed all of that."""
    monkeypatch.setattr(report, "_measured", {})
    for title, figures in rows():
        report.print_table(title, figures)


@pytest.mark.usefixtures("printed")
def test_every_standing_goal_finds_its_figure() -> None:
    assert {goal.name: goal.verdict for goal in standing_goals.figures() if goal.verdict != "met"} == {}


@pytest.mark.usefixtures("printed")
@pytest.mark.parametrize("whole", [True, False], ids=["a million accounts", "fewer accounts"])
def test_a_goal_that_was_not_measured_fails_a_whole_run(
    whole: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ACCOUNTS", "1000000" if whole else "10000")
    assert standing_goals.print_table()
    report._measured = {title: lines for title, lines in report._measured.items() if "Growth" not in title}
    capsys.readouterr()
    assert standing_goals.print_table() is not whole
    assert capsys.readouterr().out.count("NOT MEASURED") == 1


def test_too_few_are_as_bad_as_too_many() -> None:
    for value, met in ((99, False), (100, True), (101, True)):
        assert Figure("in flight", value, "", goal=100, bound="at least").is_met is met
        assert Figure("pushes", 200 - value, "", goal=100).is_met is met
