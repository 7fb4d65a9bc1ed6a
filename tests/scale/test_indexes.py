"""Indexes of large tables that another one makes superfluous, and those that no plan names."""

import pytest
from django.db import connection

from connectid.testing.at_scale import SMALL_TABLES
from connectid.testing.indexes import STAY, unused

_BEGUN_BY_ANOTHER = """
SELECT t.relname, a.relname
  FROM pg_index x
       JOIN pg_class a ON a.oid = x.indexrelid
       JOIN pg_class t ON t.oid = x.indrelid
       JOIN pg_index y ON y.indrelid = x.indrelid AND y.indexrelid <> x.indexrelid
       JOIN pg_class b ON b.oid = y.indexrelid AND b.relam = a.relam
 WHERE t.relnamespace = 'public'::regnamespace AND NOT x.indisunique AND x.indexprs IS NULL AND y.indexprs IS NULL
   AND x.indpred IS NULL AND y.indpred IS NULL
   AND starts_with(y.indkey::text || ' ', x.indkey::text || ' ') AND y.indclass[0] = x.indclass[0]
"""
"""Partial ones are left out: they hold a few rows of many, and are kept small on purpose."""


@pytest.mark.django_db
@pytest.mark.postgresql
def test_no_index_of_a_large_table_begins_another() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_BEGUN_BY_ANOTHER)
        found = cursor.fetchall()
    assert {index for table, index in found if table not in SMALL_TABLES} == set()


@pytest.mark.django_db
@pytest.mark.postgresql
def test_what_stays_without_a_plan_exists() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes WHERE schemaname = 'public'")
        found = {name for (name,) in cursor.fetchall()}
    assert STAY.keys() - found == set()


def test_an_index_is_used_if_any_process_planned_with_it() -> None:
    parts = [{"used": ["a"], "expected": ["a", "b", "c"]}, {"used": ["c"], "expected": ["a", "b", "c"]}]
    assert unused(parts) == ["b"]
    assert unused([]) == []
