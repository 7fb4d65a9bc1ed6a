"""Indexes that no plan names: written at every insert, read by nobody.

At the end of a whole run on PostgreSQL the summary names each index of a large table that was in no plan of ``connectid.testing.plans``,
unless it enforces something or begins with a foreign key, by which rows are found when what they refer to is deleted.
"""

import json
import os
from collections.abc import Collection, Iterable
from pathlib import Path

import psycopg
import pytest

from connectid.testing.at_scale import SCHEMA, SMALL_TABLES

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


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Name what was in no plan, where everything ran."""
    ran_all = config.args_source is not pytest.Config.ArgsSource.ARGS and not config.getoption("keyword")
    parts = [json.loads(part.read_text(encoding="utf-8")) for part in _folder().glob("*.json")]
    if "PYTEST_XDIST_WORKER" in os.environ or not parts or not ran_all:
        return
    if idle := unused(parts):
        terminalreporter.write_line(
            f"WARNING: no plan names these indexes: {', '.join(idle)}", yellow=True, bold=True
        )


def unused(parts: Iterable[dict[str, list[str]]]) -> list[str]:
    """What some process expected and none used."""
    used = {name for part in parts for name in part["used"]}
    return sorted({name for part in parts for name in part["expected"]} - used)


def _folder() -> Path:
    return Path(os.environ["DATA_DIR"]) / "plans"
