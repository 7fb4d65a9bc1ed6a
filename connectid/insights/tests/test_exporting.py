"""Exports: every row once, by pseudonym, in bounded memory, from wherever the last run stopped."""

import csv
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pytest_django import Settings

from connectid.accounts.models import Account
from connectid.core import clock
from connectid.enrollment.models import EnrollmentSession
from connectid.insights import commands, exported, tasks
from connectid.insights.exported import TABLES
from connectid.insights.models import ExportRun
from connectid.insights.operations import exporting
from connectid.providers import exports
from connectid.providers.errors import Unavailable
from connectid.testing.budget import StatementBudget
from connectid.testing.issuers import new_award, new_issuer
from connectid.testing.scene import new_account, new_phone, new_session

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path / "exports"


def start(table: str = "accounts", *, at: Any = None) -> int:
    return exporting.start(table=table, destination="csv", at=at or clock.now())


def read(folder: Path, table: str = "accounts") -> list[dict[str, str]]:
    with (folder / f"{table}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def some_accounts(count: int) -> None:
    for _ in range(count):
        new_account(backup_code="")


def test_every_account_once(folder: Path) -> None:
    some_accounts(7)
    Account.objects.create_superuser("ann", "a long password")
    run = exporting.go_on(run_id=start(), at=clock.now(), page=3)
    assert run is not None
    assert (run.is_published, run.parts, run.rows) == (True, 3, 7)
    assert len({row["person"] for row in read(folder)}) == 7


def test_tables_can_be_joined_by_person(folder: Path) -> None:
    phone = new_phone()
    new_award(new_issuer(), phone.account.pk)
    EnrollmentSession.objects.filter(pk=new_session().session.pk).update(account=phone.account)
    for table in TABLES:
        exporting.go_on(run_id=start(table), at=clock.now())
    assert len({row["person"] for table in TABLES for row in read(folder, table)}) == 1


def test_nothing_personal_and_no_secret(folder: Path) -> None:
    """E-33: of a session neither key nor number nor place, of a phone no identifier, of a person nothing to know them by."""
    phone = new_phone(email="chikondi@example.org", secondary_phone="+265991234567")
    opened = new_session(
        account=phone.account, latitude=-13.9626, longitude=33.7741, phone_number=phone.account.phone_number
    )
    award = new_award(new_issuer(), phone.account.pk)
    for table in TABLES:
        exporting.go_on(run_id=start(table), at=clock.now())
    written = "".join(path.read_text() for path in folder.glob("*.csv"))
    account = Account.objects.get(pk=phone.account.pk)
    for secret in (
        *(
            account.username,
            account.name,
            account.phone_number[1:],
            account.email,
            account.secondary_phone[1:],
        ),
        *(account.backup_code, opened.key, opened.session.key_digest, phone.credential, "commcare_test"),
        *("13.96", "33.77", str(award.uuid), str(award.invite_id)),
    ):
        assert secret
        assert secret not in written


def test_columns_are_those_that_are_named_here() -> None:
    """A new one is a decision about people: make it here too."""
    assert {name: [column.name for column in table.columns] for name, table in TABLES.items()} == {
        "accounts": [
            *("person", "joined_at", "is_active", "is_invited", "is_self_enrolled", "locked_at"),
            "hq_signed_in_at",
        ],
        "devices": ["person", "model", "enrolled_at", "last_used_at", "ended_at"],
        "sessions": [
            *("person", "started_at", "is_invited", "is_fictitious", "country", "line_type"),
            *("proof_method", "proven_at"),
        ],
        "awards": [
            *("person", "authority", "environment", "type", "level", "slug"),
            *("awarded_at", "accepted_at", "revoked_at"),
        ],
    }
    assert tuple(TABLES) == commands.TABLES
    assert commands.DESTINATIONS == exports.KINDS


def test_a_job_stops_in_time_and_the_next_goes_on(folder: Path) -> None:
    some_accounts(5)
    run_id = start()
    steps = 0
    while (run := exporting.go_on(run_id=run_id, at=clock.now(), page=2, seconds=0)) and not run.is_published:
        steps += 1
        assert not (folder / "accounts.csv").exists()
    assert steps == 3
    assert len(read(folder)) == 5


def test_an_outage_in_the_middle(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is there stays there, and the rest follows; a part that was put but not noted is put again."""
    some_accounts(6)
    to = exports.pick("csv")
    put, seen = to.put, []

    def put_and_fail(run: Any, number: int, rows: Any) -> None:
        put(run, number, rows)
        seen.append(number)
        if seen == [1, 2]:
            raise Unavailable("the disk is gone")

    monkeypatch.setattr(to, "put", put_and_fail)
    run_id = start()
    with pytest.raises(Unavailable):
        exporting.go_on(run_id=run_id, at=clock.now(), page=2)
    assert ExportRun.objects.get().rows == 2
    assert start() == run_id
    exporting.go_on(run_id=run_id, at=clock.now(), page=2)
    assert seen == [1, 2, 2, 3]
    assert len({row["person"] for row in read(folder)}) == 6


def test_rows_that_come_later_are_not_in_it(folder: Path) -> None:
    some_accounts(2)
    run_id = start()
    some_accounts(1)
    exporting.go_on(run_id=run_id, at=clock.now())
    assert len(read(folder)) == 2


def test_a_run_that_never_ended_is_given_up(folder: Path) -> None:
    some_accounts(3)
    first = start()
    exporting.go_on(run_id=first, at=clock.now(), page=1, seconds=0)
    second = start(at=clock.now() + exporting.STALE + timedelta(minutes=1))
    assert second != first
    assert exporting.go_on(run_id=first, at=clock.now()) is None
    exporting.go_on(run_id=second, at=clock.now())
    assert [path.name for path in folder.iterdir()] == ["accounts.csv"]
    assert list(ExportRun.objects.order_by("pk").values_list("is_published", flat=True)) == [False, True]


def test_every_night(folder: Path, settings: Settings) -> None:
    """Nowhere unless an operator says where."""
    some_accounts(1)
    tasks.export.call()
    assert not ExportRun.objects.exists()
    settings.EXPORT_TO = ("csv",)
    tasks.export.call()
    for run_id in ExportRun.objects.values_list("pk", flat=True):
        tasks.go_on_exporting.call(run_id)
    assert sorted(path.name for path in folder.iterdir()) == sorted(f"{table}.csv" for table in TABLES)


def test_old_runs_are_forgotten() -> None:
    exporting.go_on(run_id=start(), at=clock.now())
    tasks.prune.call()
    assert ExportRun.objects.count() == 1
    assert exporting.prune(at=clock.now() + exporting.KEPT + timedelta(days=1)) == 1


def test_the_command(folder: Path) -> None:
    some_accounts(2)
    said = CliRunner().invoke(commands.export, ["accounts", "--to", "csv"])
    assert said.exit_code == 0, said.output
    assert json.loads(said.output.splitlines()[-1]) == {
        "table": "accounts",
        "to": "csv",
        "rows": 2,
        "parts": 1,
    }
    assert len(read(folder)) == 2


def test_the_command_says_what_is_missing() -> None:
    said = CliRunner().invoke(commands.export, ["accounts", "--to", "superset"])
    assert said.exit_code == 1
    assert "SUPERSET_URL" in said.output


@pytest.mark.parametrize("table", TABLES)
def test_statements(table: str, statement_budget: StatementBudget) -> None:
    """The run; a page, the note that it is there, the page after it; the end."""
    issuer = new_issuer()
    make: dict[str, Callable[[], object]] = {
        "accounts": lambda: new_account(backup_code=""),
        "devices": lambda: new_phone(backup_code=""),
        "sessions": new_session,
        "awards": lambda: new_award(issuer, new_account(backup_code="").pk),
    }

    def grow(count: int) -> None:
        for _ in range(count):
            make[table]()

    def run() -> None:
        tasks.go_on_exporting.call(start(table))

    statement_budget(9, grow=grow, act=run)


def test_a_page_is_all_that_is_read_at_once() -> None:
    some_accounts(5)
    rows, reached = exported.TABLES["accounts"].page(after=0, last=10**9, size=2)
    assert len(rows) == 2
    assert reached is not None
