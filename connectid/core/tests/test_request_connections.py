"""The connections of requests: which one is lent next."""

import pytest
from django.db import connection
from psycopg_pool import ConnectionPool

from connectid.core.request_connections import lend_the_last_first

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def test_the_connection_that_came_back_last_is_lent_first() -> None:
    place = connection.get_connection_params()
    wanted = {name: place[name] for name in ("host", "port", "user", "password", "dbname") if place.get(name)}
    with ConnectionPool(kwargs=wanted, min_size=3, max_size=3, open=False) as pool:
        lend_the_last_first(pool)
        pool.wait()
        one, other, third = pool.getconn(), pool.getconn(), pool.getconn()
        for lent in (one, third, other):
            pool.putconn(lent)
        for _ in range(3):
            lent = pool.getconn()
            assert lent is other
            pool.putconn(lent)
        assert {pool.getconn() for _ in range(3)} == {one, other, third}
