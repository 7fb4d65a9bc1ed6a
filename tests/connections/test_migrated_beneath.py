"""A migration widens columns while a server runs: nobody is answered 500, and soon everybody as before.

PostgreSQL refuses what was prepared before for as long as its connection lives (``connectid.core.outdated_plans``).
"""

from collections.abc import Iterator

import psycopg
import pytest

from connectid.testing.clients import server_headers
from tests.connections.serving import Server, database_url, serving
from tests.connections.test_limits_of_time import Caller, token, update_profile

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql, pytest.mark.timeout(180)]

OFTEN = 30
"""Enough for each connection of two processes to have prepared each statement (psycopg does after five uses)."""

_COLUMNS = """
SELECT table_name, column_name, character_maximum_length FROM information_schema.columns JOIN pg_class ON relname = table_name
 WHERE table_schema = 'public' AND relkind = 'r' AND data_type = 'character varying'
"""


@pytest.fixture
def migrating() -> Iterator[psycopg.Connection]:
    """Another connection; in the end every column is as long as it was."""
    with psycopg.connect(database_url(), autocommit=True) as connection:
        before = connection.execute(_COLUMNS).fetchall()
        yield connection
        for table, column, length in before:
            _lengthen(connection, table, column, length)


def _lengthen(connection: psycopg.Connection, table: str, column: str, length: int) -> None:
    connection.execute(f'ALTER TABLE "{table}" ALTER "{column}" TYPE varchar({length})'.encode())


def statuses(server: Server, caller: Caller, partner: dict[str, str]) -> list[int]:
    """Of each kind of request, in turns; the last ones write."""
    told = {"usernames": [caller.phone.account.username], "title": "T", "body": "B", "data": {"action": "x"}}
    return [
        server.get("/messaging/retrieve_notifications/", caller.phone.headers).status_code,
        server.get("/users/credentials", caller.phone.headers).status_code,
        server.get("/o/userinfo/", caller.bearer).status_code,
        server.post("/messaging/send/", told, partner).status_code,
        update_profile(caller).status_code,
        token(caller).status_code,
    ]


def test_requests_outlive_a_migration(migrating: psycopg.Connection) -> None:
    with serving() as server:
        caller, partner = Caller(server), server_headers("send")
        for _ in range(OFTEN):
            assert max(statuses(server, caller, partner)) < 300
        for table, column, length in migrating.execute(_COLUMNS).fetchall():
            _lengthen(migrating, table, column, length + 1)
        meanwhile = [statuses(server, caller, partner) for _ in range(OFTEN)]
        failed = {status for one in meanwhile for status in one if status >= 300}
        assert failed <= {503}, "what runs within a transaction fails once on a connection, at most"
        assert {max(one[:3]) for one in meanwhile} == {200}, "what needs none is read again at once"
        assert max(statuses(server, caller, partner)) < 300
