"""Accounts by month: from kept counts, beside the query that counts them all."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta

from benchmarks.report import Figure

ACCOUNTS = 100_000
CHANGED = 300
ROUNDS = 50


def figures() -> Iterator[Figure]:
    """Measure the statement inside this process."""
    import django

    django.setup()
    from connectid.accounts.models import Account
    from connectid.core import clock
    from connectid.insights import queries
    from connectid.insights.operations import counting

    now = clock.now()
    Account.objects.bulk_create(
        (
            Account(
                username=f"count-{n}",
                password="!",
                is_self_enrolled=n % 3 > 0,
                date_joined=now - timedelta(hours=n % 50_000),
            )
            for n in range(ACCOUNTS)
        ),
        batch_size=5000,
    )
    begun = time.perf_counter()
    while counting.roll_up():
        pass
    yield Figure(
        f"the job, for each of {ACCOUNTS:,} new accounts",
        (time.perf_counter() - begun) / ACCOUNTS * 1e6,
        "µs",
    )
    some = Account.objects.filter(username__startswith="count-").order_by("pk").values("pk")[:CHANGED]
    Account.objects.filter(pk__in=some).update(is_active=False)
    kept = _median(queries.user_counts)
    yield Figure(f"fetch_user_counts, {CHANGED} changed since: the statement", kept * 1000, "ms", goal=5)
    yield Figure("the same, as a part of counting all accounts", kept / _median(queries.held_counts, 5), "")
    Account.objects.filter(username__startswith="count-")._raw_delete("default")
    counting.reconcile()


def _median(act: Callable[[], object], rounds: int = ROUNDS) -> float:
    seconds = []
    for _ in range(rounds):
        begun = time.perf_counter()
        act()
        seconds.append(time.perf_counter() - begun)
    return sorted(seconds)[rounds // 2]
