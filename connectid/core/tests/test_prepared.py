"""Hot statements by libpq: the rows, the errors and the counts that a cursor gives."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import (
    DataError,
    NotSupportedError,
    OperationalError,
    ProgrammingError,
    connection,
    transaction,
)
from django.test.utils import CaptureQueriesContext

from connectid.accounts.models import Account
from connectid.core import outdated_plans, prepared
from connectid.testing.places import another_connection
from connectid.testing.scene import new_account
from connectid.web.query_budget import counted

pytestmark = pytest.mark.django_db(transaction=True)

BY_NAME = "SELECT id, username, is_active FROM accounts_account WHERE username = %s"


def by_cursor(sql: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def test_rows_as_a_cursor_gives_them() -> None:
    account = new_account()
    for _ in range(3):  # prepared by the first, run again by the others
        found = prepared.rows(BY_NAME, [account.username])
        assert found == by_cursor(BY_NAME, [account.username])
        assert prepared.row(BY_NAME, [account.username]) == found[0]


def test_no_rows() -> None:
    assert prepared.rows(BY_NAME, ["nobody"]) == []
    assert prepared.row(BY_NAME, ["nobody"]) is None


@pytest.mark.parametrize("text", ["", "é", "'; DROP TABLE accounts_account; --", "$1", "%s", "x" * 10_000])
def test_any_text_is_a_parameter(text: str) -> None:
    sql = "SELECT CAST(%s AS text), CAST(%s AS text)"
    assert prepared.row(sql, [text, "other"]) == (text, "other")


@pytest.mark.postgresql
def test_values_of_every_kind() -> None:
    now = datetime(2026, 7, 22, 10, 11, 12, 345678, tzinfo=UTC)
    pk = UUID("11111111-2222-4333-8444-555555555555")
    sql = (
        "SELECT CAST(%s AS bigint), CAST(%s AS uuid), CAST(%s AS timestamptz), CAST(%s AS boolean), NULL, 1.5"
    )
    given: list[Any] = [2**40, pk, now, True]
    assert prepared.rows(sql, given) == by_cursor(sql, given)
    found = prepared.row(sql, given)
    assert found is not None
    assert found[:5] == (2**40, pk, now, True, None)


@pytest.mark.postgresql
def test_a_nul_is_refused_and_not_cut_off_at() -> None:
    """Libpq would compare with what stands before it."""
    account = new_account()
    with pytest.raises(DataError):
        prepared.row(BY_NAME, [f"{account.username}\x00x"])
    assert prepared.row(BY_NAME, [account.username]) is not None


@pytest.mark.parametrize("sql", ["SELECT missing FROM accounts_account WHERE id = %s", "SELEC %s"])
def test_mistakes_are_django_s_errors(sql: str) -> None:
    with pytest.raises((ProgrammingError, OperationalError)):
        prepared.rows(sql, [1])
    assert prepared.rows("SELECT 1", []) == [(1,)]


@pytest.mark.postgresql
def test_an_error_while_it_runs_leaves_the_connection_good() -> None:
    sql = "SELECT CAST(%s AS integer)"
    with pytest.raises(DataError):
        prepared.rows(sql, ["no number"])
    assert prepared.rows(sql, ["7"]) == [(7,)]


@pytest.mark.postgresql
def test_a_connection_that_was_killed() -> None:
    assert prepared.rows("SELECT 1", []) == [(1,)]
    (pid,) = by_cursor("SELECT pg_backend_pid()", [])[0]
    with another_connection() as killer:
        killer.execute("SELECT pg_terminate_backend(%s)", [pid])
    try:
        with pytest.raises(OperationalError):
            prepared.rows("SELECT 1", [])
    finally:
        connection.close()
    assert prepared.rows("SELECT 1", []) == [(1,)]


def test_a_transaction_sees_what_it_wrote() -> None:
    with transaction.atomic():
        account = new_account()
        assert prepared.row(BY_NAME, [account.username]) is not None
        transaction.set_rollback(True)
    assert prepared.row(BY_NAME, [account.username]) is None
    assert not Account.objects.filter(username=account.username).exists()


@pytest.mark.postgresql
@pytest.mark.parametrize("how", ["DEALLOCATE ALL", "DISCARD ALL", "ROLLBACK"])
def test_a_server_that_forgot_is_told_again(how: str) -> None:
    """Psycopg sends the first of these by itself after the last."""
    account = new_account()
    for _ in range(3):
        assert prepared.row(BY_NAME, [account.username]) is not None
        if how == "ROLLBACK":
            with transaction.atomic():
                by_cursor(BY_NAME, ["nobody"])
                transaction.set_rollback(True)
            by_cursor(BY_NAME, ["nobody"])
        else:
            with connection.cursor() as cursor:
                cursor.execute(how)


@pytest.mark.postgresql
def test_what_was_prepared_since_the_server_forgot_is_known_still() -> None:
    """One statement is found forgotten; another that was prepared before or after that is not prepared twice."""
    texts = [f"SELECT CAST(%s AS integer) + {number}" for number in range(4)]
    for first in range(4):
        for text in texts[:3]:
            assert prepared.row(text, [1]) is not None
        with connection.cursor() as cursor:
            cursor.execute("DEALLOCATE ALL")
        for text in [texts[3], *texts[first:], *texts]:
            assert prepared.row(text, [1]) == (1 + texts.index(text),)


@pytest.fixture
def changing() -> Iterator[psycopg.Connection]:
    """Another connection, as a migration has one, and a table of one short column."""
    with another_connection() as migrating:
        migrating.execute("CREATE TABLE widened (name varchar(5))")
        migrating.execute("INSERT INTO widened VALUES ('a')")
        yield migrating
        migrating.execute("DROP TABLE widened")


WIDEN = "ALTER TABLE widened ALTER name TYPE varchar(50)"


@pytest.mark.postgresql
def test_a_type_that_a_migration_changes_under_a_running_server(changing: psycopg.Connection) -> None:
    """PostgreSQL refuses what was prepared before: "cached plan must not change result type"."""
    sql = "SELECT name FROM widened WHERE name = %s"
    assert prepared.rows(sql, ["a"]) == [("a",)]
    changing.execute(WIDEN)
    for _ in range(3):
        assert prepared.rows(sql, ["a"]) == [("a",)]


@pytest.mark.postgresql
def test_another_type_is_read_as_such(changing: psycopg.Connection) -> None:
    sql = "SELECT name FROM widened"
    assert prepared.rows(sql, []) == [("a",)]
    changing.execute("ALTER TABLE widened ALTER name TYPE integer USING 7")
    assert prepared.rows(sql, []) == [(7,)]


@pytest.mark.postgresql
def test_the_same_by_a_cursor(changing: psycopg.Connection) -> None:
    sql = "SELECT name FROM widened WHERE name = %s"
    for _ in range(10):  # from the sixth on it is prepared
        assert by_cursor(sql, ["a"]) == [("a",)]
    changing.execute(WIDEN)
    for _ in range(10):
        assert by_cursor(sql, ["a"]) == [("a",)]


@pytest.mark.postgresql
def test_the_same_in_a_transaction_fails_once(changing: psycopg.Connection) -> None:
    sql = "SELECT name FROM widened WHERE name = %s"
    for _ in range(10):
        assert by_cursor(sql, ["a"]) == [("a",)]
    changing.execute(WIDEN)
    with pytest.raises(NotSupportedError) as raised, transaction.atomic():
        by_cursor(sql, ["a"])
    assert outdated_plans.is_outdated(raised.value)
    for _ in range(10):
        with transaction.atomic():
            assert by_cursor(sql, ["a"]) == [("a",)]


def test_statements_are_counted_and_watched() -> None:
    with counted() as budget, CaptureQueriesContext(connection):
        prepared.rows(BY_NAME, ["nobody"])
        prepared.rows(BY_NAME, ["nobody"])
    assert budget.by_text == {BY_NAME: 2}


@pytest.mark.postgresql
def test_each_connection_prepares_a_statement_once() -> None:
    for _ in range(2):
        for name in ("a", "b", "c"):
            prepared.rows(BY_NAME, [name])
        mine = by_cursor(
            "SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'connectid_%%' AND statement = %s",
            [BY_NAME.replace("%s", "$1")],
        )
        assert mine == [(1,)]
        connection.close()
