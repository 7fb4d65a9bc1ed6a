"""Accounts of all kinds, and the count of them that is slow and surely right."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from django.test import Client

from connectid.accounts.models import Account
from connectid.insights.models import MonthlyCount
from connectid.testing.clients import server_headers
from connectid.testing.scene import new_account

PATH = "/users/fetch_user_counts"

JULY = datetime(2026, 7, 31, 23, 59, 59, 999_999, tzinfo=UTC)
AUGUST = datetime(2026, 8, 1, tzinfo=UTC)


def worker(joined: datetime = JULY, **fields: Any) -> Account:
    """Somebody whom nobody had invited."""
    return new_account(**{"is_self_enrolled": True, "backup_code": "", "date_joined": joined} | fields)


def told(client: Client) -> tuple[dict[str, int], dict[str, int]]:
    """What the endpoint says: all, and those that nobody invited."""
    answer = client.get(PATH, headers=server_headers("counts"))
    assert (answer.status_code, set(answer.json())) == (200, {"total_users", "non_invited_users"})
    return answer.json()["total_users"], answer.json()["non_invited_users"]


def slowly() -> tuple[dict[str, int], dict[str, int]]:
    """The same, account by account."""
    total: Counter[str] = Counter()
    self_enrolled: Counter[str] = Counter()
    for account in Account.objects.all():
        month = f"{account.date_joined.astimezone(UTC):%Y-%m}"
        total[month] += 1
        self_enrolled[month] += account.is_active and account.is_self_enrolled
    return dict(total), {month: count for month, count in self_enrolled.items() if count}


def held() -> dict[str, tuple[int, int]]:
    """What the monthly counts hold by themselves."""
    rows = MonthlyCount.objects.values_list("month", "total", "self_enrolled")
    return {month: (total, self_enrolled) for month, total, self_enrolled in rows}
