"""A statement that another takes along: the same rows and errors as when it is sent alone."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DataError, OperationalError, ProgrammingError, connection, transaction

from connectid.core import prepared
from connectid.core.postgresql import pipeline
from connectid.core.prepared import Statement
from connectid.testing.places import another_connection
from connectid.web.query_budget import counted

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

FIRST = "SELECT CAST(%s AS integer) + 1"
SECOND = "SELECT CAST(%s AS integer) * 2"
BROKEN: Statement = ("SELECT 1 / CAST(%s AS integer)", [0])


@pytest.fixture
def trips(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that were sent together with another."""
    seen: list[str] = []
    real: Callable[..., Any] = pipeline.both

    def noting(raw: Any, first: Any, second: Any) -> Any:
        (text,) = [sql for sql, known in raw.__dict__[prepared._PREPARED].items() if known.name == second[0]]
        seen.append(text)
        return real(raw, first, second)

    monkeypatch.setattr(pipeline, "both", noting)
    return seen


def test_both_have_their_rows(trips: list[str]) -> None:
    for number in range(3):  # prepared by the first, run again by the others
        with prepared.taking_along((SECOND, [number])):
            assert prepared.rows(FIRST, [number]) == [(number + 1,)]
            assert prepared.rows(SECOND, [number]) == [(number * 2,)]
    assert trips == [SECOND] * 3


def test_what_came_back_is_for_one_who_asks_for_exactly_that(trips: list[str]) -> None:
    with prepared.taking_along((SECOND, [5])):
        assert prepared.rows(FIRST, [1]) == [(2,)]
        assert prepared.rows(SECOND, [6]) == [(12,)]
        assert prepared.rows(SECOND, [5]) == [(10,)]
    assert trips == [SECOND]


def test_it_is_for_the_block_only(trips: list[str]) -> None:
    with prepared.taking_along((SECOND, [5])):
        pass
    assert prepared.rows(SECOND, [5]) == [(10,)]
    with prepared.taking_along((SECOND, [5])):
        assert prepared.rows(FIRST, [1]) == [(2,)]
    assert prepared.rows(FIRST, [2]) == [(3,)]
    assert trips == [SECOND]


def test_nothing_to_take_along(trips: list[str]) -> None:
    with prepared.taking_along(None):
        assert prepared.rows(FIRST, [1]) == [(2,)]
    assert trips == []


def test_both_are_counted_when_they_are_asked_for() -> None:
    with counted() as budget, prepared.taking_along((SECOND, [5])):
        prepared.rows(FIRST, [1])
        assert budget.total == 1
        prepared.rows(SECOND, [5])
    assert budget.by_text == {FIRST: 1, SECOND: 1}


def test_many_rows(trips: list[str]) -> None:
    """More than the server sends at once."""
    sql = "SELECT repeat('x', 1000) FROM generate_series(1, CAST(%s AS integer))"
    with prepared.taking_along((sql, [500])):
        assert len(prepared.rows(sql, [300])) == 300
        assert len(prepared.rows(sql, [500])) == 500
    assert trips == [sql]


def test_the_first_fails() -> None:
    with prepared.taking_along((SECOND, [5])):
        with pytest.raises(DataError):
            prepared.rows(*BROKEN)
        assert prepared.rows(SECOND, [5]) == [(10,)]


def test_the_second_fails_for_who_asks_for_it(trips: list[str]) -> None:
    with prepared.taking_along(BROKEN):
        assert prepared.rows(FIRST, [1]) == [(2,)]
        with pytest.raises(DataError):
            prepared.rows(*BROKEN)
    with prepared.taking_along(BROKEN):
        assert prepared.rows(FIRST, [1]) == [(2,)]
    assert prepared.rows(FIRST, [2]) == [(3,)]
    assert trips == [BROKEN[0]] * 2


def test_a_second_that_cannot_be_prepared_is_the_second_s_trouble(trips: list[str]) -> None:
    nonsense: Statement = ("SELECT missing FROM accounts_account WHERE id = %s", [1])
    with prepared.taking_along(nonsense):
        assert prepared.rows(FIRST, [1]) == [(2,)]
        with pytest.raises(ProgrammingError):
            prepared.rows(*nonsense)
    assert prepared.rows(FIRST, [1]) == [(2,)]
    assert trips == []


def test_a_second_that_waits_for_a_lock_does_not_fail_the_first() -> None:
    locked: Statement = ("SELECT count(*) FROM messaging_channel WHERE account_id = %s", [1])
    with another_connection() as other, other.transaction():
        other.execute("LOCK TABLE messaging_channel IN ACCESS EXCLUSIVE MODE")
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '100ms'")
        try:
            with prepared.taking_along(locked):
                assert prepared.rows(FIRST, [1]) == [(2,)]
                with pytest.raises(OperationalError):
                    prepared.rows(*locked)
        finally:
            with connection.cursor() as cursor:
                cursor.execute("RESET lock_timeout")
    assert prepared.rows(*locked) == [(0,)]


def test_what_is_asked_for_anyway_is_sent_once(trips: list[str]) -> None:
    with prepared.taking_along((FIRST, [1])):
        assert prepared.rows(FIRST, [1]) == [(2,)]
        assert prepared.rows(FIRST, [1]) == [(2,)]
    assert trips == []


@pytest.mark.parametrize("how", ["DEALLOCATE ALL", "DISCARD ALL"])
@pytest.mark.parametrize("known", [(FIRST,), (SECOND,), (FIRST, SECOND)])
def test_a_server_that_forgot_is_told_again(how: str, known: tuple[str, ...]) -> None:
    for sql in known:
        prepared.rows(sql, [1])
    with connection.cursor() as cursor:
        cursor.execute(how)
    for _ in range(2):
        with prepared.taking_along((SECOND, [5])):
            assert prepared.rows(FIRST, [1]) == [(2,)]
            assert prepared.rows(SECOND, [5]) == [(10,)]


def test_a_connection_that_was_killed() -> None:
    with prepared.taking_along((SECOND, [5])):
        prepared.rows(FIRST, [1])
    ((pid,),) = prepared.rows("SELECT pg_backend_pid()", [])
    with another_connection() as killer:
        killer.execute("SELECT pg_terminate_backend(%s)", [pid])
    try:
        with pytest.raises(OperationalError), prepared.taking_along((SECOND, [5])):
            prepared.rows(FIRST, [1])
    finally:
        connection.close()
    assert prepared.rows(FIRST, [1]) == [(2,)]


def test_killed_while_it_runs() -> None:
    """Who waits learns of it; the connection is not used again."""
    connection.ensure_connection()
    raw = connection.connection
    kill = "SELECT pg_terminate_backend(pg_backend_pid()), CAST(%s AS integer)"
    with pytest.raises(OperationalError), prepared.taking_along((SECOND, [5])):
        prepared.rows(kill, [1])
    connection.close()
    assert raw.closed
    assert prepared.rows(FIRST, [1]) == [(2,)]


def test_within_a_transaction_each_goes_alone(trips: list[str]) -> None:
    with transaction.atomic(), prepared.taking_along((SECOND, [5])):
        assert prepared.rows(FIRST, [1]) == [(2,)]
        assert prepared.rows(SECOND, [5]) == [(10,)]
    assert trips == []


def test_other_statements_go_on_as_ever(trips: list[str]) -> None:
    """Between the two, by a cursor and in a transaction, and after them on the same connection."""
    with prepared.taking_along((SECOND, [5])):
        prepared.rows(FIRST, [1])
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 7")
            assert cursor.fetchall() == [(7,)]
        assert prepared.rows(SECOND, [5]) == [(10,)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT 8")
        assert cursor.fetchall() == [(8,)]
    assert trips == [SECOND]
