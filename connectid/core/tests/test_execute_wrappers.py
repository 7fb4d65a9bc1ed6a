"""Wrappers around the statements of every connection."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.backends.signals import connection_created

from connectid.core import execute_wrappers

pytestmark = pytest.mark.django_db


def one(execute: Any, *given: Any) -> Any:
    return execute(*given)


def other(execute: Any, *given: Any) -> Any:
    return execute(*given)


@pytest.fixture(autouse=True)
def _without_them() -> Iterator[None]:
    yield
    for wrapper in (one, other):
        execute_wrappers.remove(wrapper)
        if wrapper in connection.execute_wrappers:
            connection.execute_wrappers.remove(wrapper)


def test_once_and_outside_of_those_before() -> None:
    for wrapper in (one, one, other, one):
        execute_wrappers.install(wrapper)
    found = [wrapper for wrapper in connection.execute_wrappers if wrapper in (one, other)]
    assert found == [other, one]


def test_a_connection_that_is_opened_within_a_block_of_django_s() -> None:
    """Django takes the last wrapper away at the end of the block, and that is to be its own."""
    execute_wrappers.install(one)
    opened = connection.copy()
    with opened.execute_wrapper(other):
        connection_created.send(sender=type(opened), connection=opened)
    assert one in opened.execute_wrappers
    assert other not in opened.execute_wrappers


def test_what_hands_statements_on() -> None:
    assert not execute_wrappers.is_between("connectid/messaging/queries.py")
    execute_wrappers.install(one)
    assert execute_wrappers.is_between(__file__)
