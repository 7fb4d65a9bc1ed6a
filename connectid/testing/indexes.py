"""Indexes that no plan names: written at every insert, read by nobody.

A whole run on PostgreSQL fails, and its summary names them, where indexes of large tables were in no plan of ``connectid.testing.plans``.
Those that enforce something are no matter of plans, nor are those that begin with a foreign key, by which rows are found when what they
refer to is deleted; :data:`STAY` has the others that no plan names, and why they stay all the same.
"""

import json
import os
from collections.abc import Collection, Iterable
from pathlib import Path

import psycopg
import pytest

from connectid.testing.at_scale import SCHEMA, SMALL_TABLES

STAY: dict[str, str] = {
    "audit_by_time": "staff look at a day of the trail, which is kept for good; no trail is made for the plans",
    "challenge_use": "the breaker counts the present hour's right codes: an hour of a test may be long ago",
    "consent_given": "consents are forgotten after 90 days",
    "hq_invite_age": "invitations are forgotten after 30 days",
    "notification_received": "what phones have is forgotten after 7 days",
    "notification_unread": "reminders look for what waited for an hour",
    "oauth_browser_expires": "browser sessions are forgotten once they expired",
    "payment_number_unproven": "numbers that nobody proved are forgotten after 7 days",
    "sign_in_expiry": "sign-ins are forgotten once they expired",
}
"""Indexes that are read by, though plans of tests may not name them, and for what.

Forgetting needs its index when few rows are old, as on every night but the first; where a test makes all of them old, the planner
reads the table from its beginning.
"""

_COPIES = f"""
SELECT copy.relname, i.relname, t.relname
  FROM pg_index x
       JOIN pg_class i ON i.oid = x.indexrelid
       JOIN pg_class t ON t.oid = x.indrelid
       JOIN pg_class large ON large.relname = t.relname AND large.relnamespace = '{SCHEMA}'::regnamespace
       JOIN pg_index y ON y.indrelid = large.oid
       JOIN pg_class copy ON copy.oid = y.indexrelid
 WHERE t.relnamespace = 'public'::regnamespace AND NOT x.indisunique
   AND split_part(pg_get_indexdef(y.indexrelid), ' USING ', 2) = split_part(pg_get_indexdef(x.indexrelid), ' USING ', 2)
   AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conrelid = t.oid AND c.contype = 'f' AND c.conkey[1] = x.indkey[0])
"""  # noqa: S608 - a name of ours
"""Names of copied indexes, which PostgreSQL makes up from their columns, and of what they are copies of."""


_IDLE = pytest.StashKey[list[str]]()


def note(asked: psycopg.Connection, used: Collection[str]) -> None:
    """Leave for the summary which indexes this process's plans named, of those that are there for statements only."""
    copies = [
        (copy, name) for copy, name, table in asked.execute(_COPIES.encode()) if table not in SMALL_TABLES
    ]
    found = {
        "used": [name for copy, name in copies if copy in used],
        "expected": [name for _, name in copies],
    }
    folder = _folder()
    folder.mkdir(exist_ok=True)
    (folder / f"{os.getpid()}.json").write_text(json.dumps(found), encoding="utf-8")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Fail a run of everything that leaves an index without a plan; by then the processes of xdist have ended."""
    config = session.config
    finished = exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}
    if "PYTEST_XDIST_WORKER" in os.environ or not finished or _is_partial(config):
        return
    parts = [json.loads(part.read_text(encoding="utf-8")) for part in _folder().glob("*.json")]
    if idle := [name for name in unused(parts) if name not in STAY]:
        config.stash[_IDLE] = idle
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Name what was in no plan."""
    if idle := config.stash.get(_IDLE, []):
        terminalreporter.write_line(
            f"FAILED: no plan names these indexes, nor does connectid.testing.indexes.STAY: {', '.join(idle)}",
            red=True,
            bold=True,
        )


def unused(parts: Iterable[dict[str, list[str]]]) -> list[str]:
    """What some process expected and none used."""
    used = {name for part in parts for name in part["used"]}
    return sorted({name for part in parts for name in part["expected"]} - used)


def _is_partial(config: pytest.Config) -> bool:
    chosen = any(config.getoption(option, None) for option in ("keyword", "markexpr", "lf"))
    return chosen or config.args_source is pytest.Config.ArgsSource.ARGS


def _folder() -> Path:
    return Path(os.environ["DATA_DIR"]) / "plans"
