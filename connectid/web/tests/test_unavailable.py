"""A database that does not answer (contract 14.5)."""

import pytest
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.http import HttpResponse
from django.test import RequestFactory
from psycopg_pool import PoolTimeout

from connectid.web.unavailable import RETRY_AFTER, UnavailableMiddleware


def answered(exception: Exception) -> HttpResponse | None:
    middleware = UnavailableMiddleware(lambda _: HttpResponse())
    return middleware.process_exception(RequestFactory().get("/"), exception)


@pytest.mark.parametrize("failure", [OperationalError, InterfaceError, PoolTimeout])
def test_no_database_is_a_503_in_plain_text(failure: type[Exception]) -> None:
    """Plain text, because HQ takes any JSON of userinfo for an answer."""
    response = answered(failure("could not connect to server at 10.1.2.3"))
    assert response is not None
    assert (response.status_code, response.headers["Retry-After"]) == (503, str(RETRY_AFTER))
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert b"10.1.2.3" not in response.content


@pytest.mark.django_db
def test_a_mistake_in_a_statement_is_a_fault_of_ours() -> None:
    """SQLite reports it as the same type of error as a full disk, PostgreSQL does not."""
    with pytest.raises(DatabaseError) as raised, connection.cursor() as cursor:
        cursor.execute("SELECT no_such_column FROM accounts_account")
    assert answered(raised.value) is None


def test_other_exceptions_are_left_alone() -> None:
    assert answered(ValueError()) is None
