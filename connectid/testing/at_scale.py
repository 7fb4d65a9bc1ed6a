"""How PostgreSQL would run a statement if there were a million accounts.

Beside the tables of the tests lies a schema with the same tables and indexes, filled by ``connectid.population`` with a few
hundred accounts. Their statistics are then multiplied: the planner takes sizes and distributions from its catalogue and
believes that there are a million. It costs a second or two, and what it answers is what it answers on the real size, except
that reading a whole table looks cheaper here than it is (the files are small): what it finds too dear here is too dear there.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from django.db.backends.postgresql.psycopg_any import get_adapters_template

from connectid.core import clock, prepared
from connectid.population import making
from connectid.testing.places import place

SCHEMA = "at_scale"
SAMPLE = 300
"""Accounts that are really there."""
ACCOUNTS = 1_000_000

LARGE = 20_000
"""Rows from which a table may not be read as a whole. Jobs and callbacks that wait, of one account in a hundred, stay below."""
MANY = 10_000
"""Rows from which they may not be sorted."""
DEAR = 5_000.0
"""What the planner may ask for reading a part of an index: about a hundredth of what a large table costs."""

SMALL_TABLES = frozenset(
    {
        *(
            "messaging_messageserver",
            "oauth_client",
            "oauth_signingkey",
            "credentials_issuer",
            "credentials_credential",
        ),
        *(
            "jobs_scheduleentry",
            "credentials_statuslist",
            "verification_breaker",
            "sandbox_sandboxmessage",
            "sandbox_invitednumber",
            "insights_monthlycount",
            "insights_exportrun",
        ),
        *("waffle_switch", "waffle_flag", "waffle_sample", "waffle_flag_groups", "waffle_flag_users"),
        *("auth_group", "auth_permission", "auth_group_permissions", "accounts_account_groups"),
        *("accounts_account_user_permissions", "django_content_type", "django_session", "django_admin_log"),
        *("django_migrations", "accounts_pendingphoto", "dashboard_tally"),
    }
)
"""Tables that do not grow with the number of workers. One that is neither here nor filled is taken to be large."""

_CLONE = """
DO $$
DECLARE name text;
BEGIN
    FOR name IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' LOOP
        EXECUTE format('CREATE TABLE %I.%I (LIKE public.%I INCLUDING ALL)', '{schema}', name, name);
        EXECUTE format('ALTER TABLE %I.%I SET (autovacuum_enabled = off)', '{schema}', name);
    END LOOP;
END $$
"""

# A column with many values has more of them when there are more rows: as a share of the rows, it has no most common ones.
_MULTIPLY = (
    """
    UPDATE pg_statistic s SET stadistinct = - s.stadistinct / c.reltuples FROM pg_class c
     WHERE c.oid = s.starelid AND c.relnamespace = '{schema}'::regnamespace AND s.stadistinct > 50 AND c.reltuples > 0
    """,
    *(
        f"""
        UPDATE pg_statistic s SET stakind{slot} = 0, stanumbers{slot} = NULL, stavalues{slot} = NULL FROM pg_class c
         WHERE c.oid = s.starelid AND c.relnamespace = '{{schema}}'::regnamespace AND s.stadistinct < 0 AND s.stakind{slot} = 1
        """  # noqa: S608 - a number
        for slot in range(1, 6)
    ),
    """
    UPDATE pg_class i SET reltuples = i.reltuples * {factor} FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid
     WHERE i.oid = x.indexrelid AND t.relnamespace = '{schema}'::regnamespace AND NOT t.relname = ANY('{{{small}}}')
    """,
    """
    UPDATE pg_class SET reltuples = reltuples * {factor}
     WHERE relnamespace = '{schema}'::regnamespace AND relkind = 'r' AND reltuples > 0 AND NOT relname = ANY('{{{small}}}')
    """,
)


@dataclass(frozen=True, slots=True)
class Planned:
    """What the planner makes of a statement."""

    problems: tuple[str, ...]
    indexes: frozenset[str]


class NotPermitted(Exception):
    """Only a superuser may change the planner's statistics."""


def build() -> None:
    """Make the schema in the database of the tests. Raises :class:`NotPermitted`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if not cursor.fetchone()[0]:
            raise NotPermitted
        cursor.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
        cursor.execute(f"CREATE SCHEMA {SCHEMA}")
        cursor.execute(_CLONE.format(schema=SCHEMA))
        cursor.execute(f"SET search_path = {SCHEMA}")
    try:
        making.make(accounts=SAMPLE, seed="plans", at=clock.now())
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET search_path")
    small = ",".join(sorted(SMALL_TABLES))
    with connection.cursor() as cursor:
        for statement in _MULTIPLY:
            cursor.execute(statement.format(schema=SCHEMA, factor=ACCOUNTS / SAMPLE, small=small))


class Planner:
    """A connection that asks for plans."""

    def __init__(self) -> None:
        self._connection = _connect()
        self._rows = dict(
            self._connection.execute(
                "SELECT relname, reltuples FROM pg_class WHERE relnamespace = %s::regnamespace", [SCHEMA]
            )
        )

    def note(self, used: Collection[str]) -> None:
        """Leave word of which indexes plans named (``connectid.testing.indexes``)."""
        from connectid.testing import indexes

        self._ask(b"SELECT 1")
        indexes.note(self._connection, used)

    def close(self) -> None:
        """Leave the database."""
        self._connection.close()

    def plan(self, sql: str, params: Any) -> Planned:
        """Ask for the plan of a statement with these parameters, and judge it."""
        return self._judge(self._ask(f"EXPLAIN (FORMAT JSON) {sql}".encode(), params))

    def plan_for_any(self, sql: str, params: Sequence[Any]) -> Planned:
        """Ask for the plan that PostgreSQL would keep of a prepared statement, whatever its parameters; these only fill their places."""
        self._ask(b"SELECT set_config('plan_cache_mode', 'force_generic_plan', false)")
        self._connection.execute(b"PREPARE asked AS " + prepared.numbered(sql))
        try:
            marks = f"({', '.join(['%s'] * len(params))})" if params else ""
            return self._judge(
                self._ask(f"EXPLAIN (FORMAT JSON) EXECUTE asked{marks}".encode(), list(map(str, params)))
            )
        finally:
            self._connection.execute(b"DEALLOCATE asked")

    def _judge(self, answer: tuple[Any, ...]) -> Planned:
        found = answer[0] if isinstance(answer[0], list) else json.loads(answer[0])
        root = found[0]["Plan"]
        return Planned(tuple(self._problems(root, early_end=None)), frozenset(_indexes(root)))

    def _ask(self, sql: bytes, params: Any = None) -> tuple[Any, ...]:
        """Ask for one row; once more where a test has killed every connection that there was."""
        try:
            answer = self._connection.execute(sql, params).fetchone()
        except psycopg.OperationalError:
            if not self._connection.closed:
                raise
            self._connection = _connect()
            answer = self._connection.execute(sql, params).fetchone()
        assert answer is not None
        return answer

    def _is_large(self, table: str) -> bool:
        if table in SMALL_TABLES or table not in self._rows:
            return False
        rows = self._rows[table]
        return bool(rows >= LARGE or rows <= 0)  # no statistics: not filled, and not known to be small

    def _problems(self, node: dict[str, Any], *, early_end: float | None) -> Iterator[str]:
        """What is wrong with a node and those below. ``early_end``: the cost of a limit above, which stops the reading."""
        kind, table = node["Node Type"], node.get("Relation Name", "")
        is_whole = kind == "Seq Scan" or (kind.startswith("Index") and "Index Cond" not in node)
        cost = node["Total Cost"] if early_end is None else min(node["Total Cost"], early_end)
        if (
            is_whole
            and self._is_large(table)
            and cost > (DEAR if kind != "Seq Scan" or early_end is not None else 0)
        ):
            yield f"{kind} of all of {table}, cost {cost:.0f}"
        elif kind.endswith("Scan") and self._is_large(table) and cost > 10 * DEAR:
            yield f"{kind} of much of {table}, cost {cost:.0f}"
        below = node.get("Plans", [])
        if kind == "Sort" and below and below[0]["Plan Rows"] > MANY:
            yield f"Sort of {below[0]['Plan Rows']} rows by {', '.join(node['Sort Key'])}"
        if kind == "Limit":
            early_end = node["Total Cost"]
        elif kind in ("Sort", "Aggregate", "Hash", "Materialize", "Unique", "WindowAgg", "Gather Merge"):
            early_end = None  # which read everything before they give anything
        for inner in below:
            yield from self._problems(inner, early_end=early_end)


def _connect() -> psycopg.Connection[tuple[Any, ...]]:
    """A connection that finds the tables of :data:`SCHEMA`."""
    return psycopg.connect(
        **place(),
        context=get_adapters_template(settings.USE_TZ, connection.timezone),
        cursor_factory=psycopg.ClientCursor,
        autocommit=True,
        options=f"-c search_path={SCHEMA}",
    )


def _indexes(node: dict[str, Any]) -> Iterator[str]:
    if "Index Name" in node:
        yield node["Index Name"]
    for inner in node.get("Plans", []):
        yield from _indexes(inner)
