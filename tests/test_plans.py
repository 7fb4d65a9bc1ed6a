"""What the check of plans finds (``connectid.testing.plans``), and what it cannot see: references without an index."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

from connectid.accounts.models import Account
from connectid.core import clock
from connectid.messaging.models import Message
from connectid.notifications.models import Notification
from connectid.testing.at_scale import SMALL_TABLES, Planned, Planner
from connectid.testing.places import another_connection
from connectid.testing.plans import Recorder
from connectid.verification.models import Challenge

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]

NOT_DELETED_BY_JOBS = {
    "oauth_client",
    "messaging_messageserver",
    "credentials_issuer",
    "django_content_type",
    "auth_group",
    "auth_permission",
}
"""Rows of these go by an admin's hand only, and rarely: what refers to them need not be found by index."""


@pytest.fixture
def asked(planner: tuple[Recorder, Planner] | None) -> Planner:
    if planner is None:
        pytest.skip("the tests' user is no superuser")
    return planner[1]


def planned(asked: Planner, query: QuerySet[Any]) -> Planned:
    sql, params = query.query.sql_with_params()
    return asked.plan(sql, params)


def test_a_look_up_by_an_index_is_fine(asked: Planner) -> None:
    found = planned(asked, Account.objects.filter(username="f00"))
    assert found.problems == ()
    assert len(found.indexes) == 1


def test_a_filter_without_an_index_is_found(asked: Planner) -> None:
    assert any(
        "Scan of all" in problem for problem in planned(asked, Account.objects.filter(name="F")).problems
    )
    filtered = Notification.objects.filter(kind="CONNECT", payload__contains="x")
    assert planned(asked, filtered).problems


def test_a_plan_is_made_though_a_test_killed_every_connection(asked: Planner) -> None:
    look_up = Account.objects.filter(username="f00")
    planned(asked, look_up)
    with another_connection() as killer:
        killed = killer.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND query LIKE 'EXPLAIN%'"
        ).fetchone()
    assert killed == (1,)
    assert planned(asked, look_up).indexes


def test_a_sort_of_a_large_table_is_found(asked: Planner) -> None:
    problems = planned(asked, Message.objects.order_by("received_at")[:10]).problems
    assert any(problem.startswith("Sort of") for problem in problems)


def test_a_count_of_a_large_table_is_found(asked: Planner) -> None:
    assert asked.plan("SELECT count(*) FROM messaging_message", None).problems


def test_an_end_that_is_known_to_come_early_is_fine(asked: Planner) -> None:
    assert planned(asked, Message.objects.order_by("pk")[:10]).problems == ()
    old = Challenge.objects.filter(expires_at__lte=clock.now() - timedelta(days=40))
    assert planned(asked, old[:1000]).problems == ()


def test_a_join_that_reads_everything_is_found(asked: Planner) -> None:
    assert planned(asked, Message.objects.filter(channel__account__name="F")).problems


_WITHOUT_INDEX = """
SELECT t.relname || '.' || a.attname, p.relname
  FROM pg_constraint c
  JOIN pg_class t ON t.oid = c.conrelid
  JOIN pg_class p ON p.oid = c.confrelid
  JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
 WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace
   AND NOT EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indkey[0] = c.conkey[1])
"""


def test_what_refers_to_rows_that_jobs_delete_has_an_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_WITHOUT_INDEX)
        missing = {column: table for column, table in cursor.fetchall() if table not in NOT_DELETED_BY_JOBS}
    assert {column for column in missing if column.partition(".")[0] not in SMALL_TABLES} == set()


SECOND_INDEXES_THAT_STAY = {*SMALL_TABLES}
"""Of tables so small that nobody notices."""


def test_no_large_table_has_a_second_index_for_like() -> None:
    """Django makes one beside each unique text; ``connectid.core.on_postgresql.without_like_index`` drops it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename, indexname FROM pg_indexes WHERE schemaname = 'public'"
            " AND indexname LIKE '%%\\_like' AND indexdef LIKE '%%pattern_ops%%'"
        )
        found = cursor.fetchall()
    assert {name for table, name in found if table not in SECOND_INDEXES_THAT_STAY} == set()


def test_what_stays_prepared_is_planned_for_any_parameters(asked: Planner) -> None:
    by_key = asked.plan_for_any("SELECT id FROM accounts_account WHERE username = %s", ["f00"])
    assert (by_key.problems, len(by_key.indexes)) == ((), 1)
    assert asked.plan_for_any("SELECT id FROM accounts_account WHERE name = %s", ["F"]).problems
    # Read from the end of an index for so many, whatever their number: only a plan for any number sees that.
    newest = "SELECT id FROM notifications_notification WHERE kind = %s ORDER BY created_at DESC LIMIT %s"
    assert asked.plan(newest, ["CONNECT", 1]).problems == ()
    assert asked.plan_for_any(newest, ["CONNECT", 1]).problems
