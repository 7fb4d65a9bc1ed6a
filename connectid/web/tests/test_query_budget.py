"""Statements are counted once each, and repeats are caught."""

from collections.abc import Iterator, MutableMapping
from contextlib import ExitStack
from threading import Thread
from typing import Any

import pytest
import structlog
from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from pytest_django import Settings

from connectid.testing.budget import StatementBudget
from connectid.web.query_budget import REPEATS_ALLOWED, RepeatedStatement, counted

pytestmark = pytest.mark.django_db


def run(times: int, sql: str = "SELECT %s") -> None:
    with connection.cursor() as cursor:
        for number in range(times):
            cursor.execute(sql, [number])


def view(request: HttpRequest, times: int) -> HttpResponse:
    run(times)
    return HttpResponse()


def forgiving_view(request: HttpRequest) -> HttpResponse:
    try:
        run(REPEATS_ALLOWED + 1)
    except AssertionError:
        return HttpResponse("nothing happened")
    return HttpResponse()


urlpatterns = [path("run/<int:times>", view), path("forgiving", forgiving_view)]


@pytest.fixture(autouse=True)
def _routes(settings: Settings) -> None:
    settings.ROOT_URLCONF = __name__


def test_statements_are_counted_by_text() -> None:
    with counted() as budget:
        run(2)
        run(1, "SELECT %s AS other")
    assert budget.total == 3
    assert sorted(budget.by_text.values()) == [1, 2]


def test_nothing_is_counted_twice_nor_outside() -> None:
    run(1)
    with counted() as outer:
        run(1)
        with counted() as inner:
            run(1)
        run(1)
    run(1)
    with counted() as next_one:
        run(1)
    assert (outer.total, inner.total, next_one.total) == (3, 1, 1)
    assert len([wrapper for wrapper in connection.execute_wrappers if wrapper.__name__ == "_count"]) == 1


def test_other_wrappers_come_and_go() -> None:
    def blocked(*_: object) -> None:
        raise DatabaseError("blocked")

    with counted() as budget:
        with connection.execute_wrapper(blocked), pytest.raises(DatabaseError):
            run(1)
        run(1)
    assert budget.total == 2


def test_transaction_control_is_counted_apart() -> None:
    with counted() as budget, transaction.atomic():
        run(1)
        with transaction.atomic():
            run(1)
    assert budget.total == 2
    assert budget.transaction_control >= 2  # SAVEPOINT and RELEASE at least


def test_many_rows_in_one_statement_are_one() -> None:
    with counted() as budget:
        ContentType.objects.bulk_create(ContentType(app_label="budget", model=f"m{n}") for n in range(50))
    assert budget.total == 1


def test_several_connections_are_counted_together() -> None:
    other = connections.create_connection("default")
    with ExitStack() as stack:
        stack.callback(BaseDatabaseWrapper.close, other)
        with counted() as budget:
            run(1)
            with other.cursor() as cursor:
                cursor.execute("SELECT 1")
    assert budget.total == 2


def test_other_threads_count_for_themselves() -> None:
    def work() -> None:
        run(2)
        BaseDatabaseWrapper.close(connections["default"])  # SQLite's own keeps a database in memory open

    with counted() as budget:
        thread = Thread(target=work)
        thread.start()
        thread.join()
    assert budget.total == 0


def test_a_request_knows_its_statements(client: Client) -> None:
    request = client.get("/run/2").wsgi_request
    assert request.query_budget.total == 2  # type: ignore[attr-defined]


def test_repeats_within_what_is_allowed_pass(client: Client) -> None:
    assert client.get(f"/run/{REPEATS_ALLOWED}").status_code == 200


def test_in_tests_a_repeat_raises_and_names_the_line(client: Client) -> None:
    with pytest.raises(RepeatedStatement, match=r"connectid/web/tests/test_query_budget\.py:\d+: SELECT"):
        client.get(f"/run/{REPEATS_ALLOWED + 1}")


def test_in_tests_no_view_can_swallow_a_repeat(client: Client) -> None:
    with pytest.raises(RepeatedStatement):
        client.get("/forgiving")


@pytest.fixture
def warned() -> Iterator[list[MutableMapping[str, Any]]]:
    with structlog.testing.capture_logs() as lines:
        yield lines


def test_while_developing_a_repeat_is_warned_of_once(
    settings: Settings, warned: list[MutableMapping[str, Any]]
) -> None:
    settings.REPEATED_STATEMENTS = "warn"
    assert Client().get(f"/run/{REPEATS_ALLOWED + 10}").status_code == 200
    [line] = [line for line in warned if line["event"] == "statement_repeated"]
    assert line["route"] == "run/<int:times>"
    assert str(line["at"]).startswith("connectid/web/tests/test_query_budget.py:")


def test_in_production_repeats_are_only_measured(
    settings: Settings, warned: list[MutableMapping[str, Any]]
) -> None:
    settings.REPEATED_STATEMENTS = "measure"
    assert Client().get(f"/run/{REPEATS_ALLOWED + 10}").status_code == 200
    assert warned == []


class TestFixture:
    def test_a_constant_number_passes(self, statement_budget: StatementBudget) -> None:
        rows: list[int] = []
        statement_budget(2, sizes=(2, 20), cap=20, grow=lambda n: rows.extend(range(n)), act=lambda: run(2))
        assert len(rows) == 20
        with statement_budget.at_most(1) as budget:
            run(1)
        assert budget.total == 1

    def test_a_number_that_grows_fails(self, statement_budget: StatementBudget) -> None:
        rows: list[int] = []
        with pytest.raises(AssertionError, match="2 statements with 2 rows, 20 with 20"):
            statement_budget(
                100, sizes=(2, 20), cap=20, grow=lambda n: rows.extend(range(n)), act=lambda: run(len(rows))
            )

    def test_too_many_fail_and_are_listed(self, statement_budget: StatementBudget) -> None:
        with pytest.raises(AssertionError, match=r"3 statements, where 2 are allowed:\n +3 times SELECT"):
            statement_budget(2, grow=lambda _: None, act=lambda: run(3))
        with pytest.raises(AssertionError, match="where 0"), statement_budget.at_most(0):
            run(1)
