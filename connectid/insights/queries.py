"""Counts of accounts by month, and when they signed in to CommCare HQ."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from connectid.accounts.models import Account
from connectid.insights.models import MonthlyCount

_TO_COUNT = {
    "postgresql": (
        "(counted_as = 0 OR (counted_as = 1 AND is_active AND is_self_enrolled) OR (counted_as = 2 AND NOT is_active))"
    ),
    "sqlite": (
        "(counted_as = 0 OR (counted_as = 1 AND is_active = 1 AND is_self_enrolled = 1) OR (counted_as = 2 AND is_active = 0))"
    ),
}


def to_count() -> str:
    """That the monthly counts do not hold an account, or hold it as what it is no longer.

    With literals, and in the very words of the index ``account_to_count``: PostgreSQL uses it only where it sees that one implies
    the other, and SQLite only where they read the same.
    """
    return _TO_COUNT[connection.vendor]


_MONTHS = {
    "postgresql": "to_char(date_joined AT TIME ZONE 'UTC', 'YYYY-MM')",
    "sqlite": "strftime('%%Y-%%m', date_joined)",
}


def month() -> str:
    """The month in which an account joined, UTC, in the database's words."""
    return _MONTHS[connection.vendor]


SELF_ENROLLED = "CASE WHEN is_self_enrolled AND is_active THEN 1 ELSE 0 END"
"""Whether an account is one of those that nobody invited, as it is now."""

_COUNTS = f"""
SELECT month, SUM(total), SUM(self_enrolled) FROM (
    SELECT month, total, self_enrolled FROM insights_monthlycount
    UNION ALL
    SELECT {{month}},
           CASE counted_as WHEN 0 THEN 1 ELSE 0 END,
           {SELF_ENROLLED} - CASE counted_as WHEN 2 THEN 1 ELSE 0 END
      FROM accounts_account WHERE {{to_count}}
) AS counted
GROUP BY month HAVING SUM(total) > 0 ORDER BY month
"""  # noqa: S608 - parts of our own


class UserCounts(NamedTuple):
    """Accounts by the month in which they joined: all of them, and the active ones that nobody had invited."""

    total: dict[str, int]
    self_enrolled: dict[str, int]


def user_counts() -> UserCounts:
    """Count, exact at this moment (contract 7.7).

    One statement. It reads a row for each month, and one for each account that changed since the job that counts last ran.
    """
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS.format(month=month(), to_count=to_count()), [])
        rows = cursor.fetchall()
    return UserCounts(
        total={row[0]: int(row[1]) for row in rows},
        self_enrolled={row[0]: int(row[2]) for row in rows if row[2]},
    )


_HELD = """
SELECT {month}, SUM(CASE WHEN counted_as > 0 THEN 1 ELSE 0 END), SUM(CASE counted_as WHEN 2 THEN 1 ELSE 0 END)
  FROM accounts_account WHERE counted_as > 0 GROUP BY 1
"""


def held_counts() -> dict[str, tuple[int, int]]:
    """What the monthly counts should hold by what accounts say of themselves. Reads every account."""
    with connection.cursor() as cursor:
        cursor.execute(_HELD.format(month=month()), [])
        return {row[0]: (int(row[1]), int(row[2])) for row in cursor.fetchall()}


def stored_counts() -> dict[str, tuple[int, int]]:
    """What the monthly counts hold."""
    return {
        name: (total, self_enrolled)
        for name, total, self_enrolled in MonthlyCount.objects.values_list("month", "total", "self_enrolled")
        if total or self_enrolled
    }


PAGE = 5_000
"""Rows that are in memory at once."""


def hq_sign_ins() -> Iterator[tuple[str, datetime | None]]:
    """Yield the username of every active account of a worker and when they signed in to HQ; one statement, page by page."""
    workers = Account.objects.filter(is_active=True, is_staff=False)
    return workers.values_list("username", "hq_sign_in__at").iterator(chunk_size=PAGE)
