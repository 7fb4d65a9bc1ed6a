"""Keeping the monthly counts: exact at every moment, cheap to read, whoever changes an account.

An account says as what it is counted (``Account.counted_as``). Nobody who enrols or locks one needs to know of counts: where it
differs from what the account is, a partial index holds the account, a reader adds the difference, and the job below makes it
part of the counts.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

import structlog
from django.db import connection, transaction
from django.db.models import Case, Value, When

from connectid.accounts.models import Account, CountedAs
from connectid.core import rows
from connectid.core.events import AccountsToDelete
from connectid.insights import queries
from connectid.insights.models import MonthlyCount

log = structlog.get_logger(__name__)

BATCH = 5_000
MOST = 200_000
"""Accounts of one run; only the first run after an upgrade finds so many. The rest waits for the next."""


def roll_up(*, batch: int = BATCH, at_most: int = MOST) -> int:
    """Make part of the counts what changed since; return how many accounts that was. Three statements for each batch."""
    done = 0
    while done < at_most:
        with transaction.atomic():
            changed = _changed(batch)
            if changed:
                _add(_differences(changed))
                Account.objects.filter(pk__in=[row[0] for row in changed]).update(counted_as=_AS_IT_IS)
        done += len(changed)
        if len(changed) < batch:
            break
    return done


def forget(event: AccountsToDelete) -> None:
    """Take accounts that are about to be deleted out of the counts; two statements."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {queries.month()}, counted_as FROM accounts_account"  # noqa: S608 - parts of our own
            f" WHERE counted_as > 0 AND {rows.among('id', of='bigint')}",
            [rows.listed(event.account_ids)],
        )
        found = cursor.fetchall()
    total = Counter(month for month, _ in found)
    self_enrolled = Counter(month for month, as_what in found if as_what == CountedAs.SELF_ENROLLED)
    _add({month: (-total[month], -self_enrolled[month]) for month in total})


def reconcile() -> bool:
    """Make the counts what accounts say they are; return whether they were not.

    Nothing that this server does needs it; it mends what somebody did to the tables by hand.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            # Against those who add; readers go on. SQLite's transaction is alone anyway.
            with connection.cursor() as cursor:
                cursor.execute("LOCK TABLE insights_monthlycount IN SHARE ROW EXCLUSIVE MODE")
        held, stored = queries.held_counts(), queries.stored_counts()
        if held == stored:
            return False
        MonthlyCount.objects.all().delete()
        MonthlyCount.objects.bulk_create(
            MonthlyCount(month=month, total=total, self_enrolled=self_enrolled)
            for month, (total, self_enrolled) in held.items()
        )
    log.warning("counts_mended", count=len(set(held.items()) ^ set(stored.items())))
    return True


_AS_IT_IS = Case(
    When(is_self_enrolled=True, is_active=True, then=Value(CountedAs.SELF_ENROLLED.value)),
    default=Value(CountedAs.ACCOUNT.value),
)

type _Changed = tuple[int, str, int, int]


def _changed(batch: int) -> list[_Changed]:
    """Hold some accounts whose count is out of date: id, month, as what they are counted, whether nobody invited them."""
    locking = "FOR UPDATE SKIP LOCKED" if connection.features.has_select_for_update_skip_locked else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, {queries.month()}, counted_as, {queries.SELF_ENROLLED}"  # noqa: S608 - parts of our own
            f" FROM accounts_account WHERE {queries.to_count()} ORDER BY id LIMIT %s {locking}",
            [batch],
        )
        found: list[_Changed] = cursor.fetchall()
    return found


def _differences(changed: Iterable[_Changed]) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for _, month, counted_as, is_self_enrolled in changed:
        total, self_enrolled = found.get(month, (0, 0))
        found[month] = (
            total + (counted_as == CountedAs.NOTHING),
            self_enrolled + is_self_enrolled - (counted_as == CountedAs.SELF_ENROLLED),
        )
    return found


def _add(differences: Mapping[str, tuple[int, int]]) -> None:
    """Add to the months. One statement, in one order everywhere, so that of two at once one waits and neither for both."""
    if not differences:
        return
    values = [(month, *differences[month]) for month in sorted(differences)]
    marks = ", ".join(["(%s, %s, %s)"] * len(values))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO insights_monthlycount (month, total, self_enrolled)"  # noqa: S608 - marks only
            f" VALUES {marks} ON CONFLICT (month) DO UPDATE SET"
            " total = insights_monthlycount.total + excluded.total,"
            " self_enrolled = insights_monthlycount.self_enrolled + excluded.self_enrolled",
            [value for row in values for value in row],
        )
