"""What CommCare HQ says of accounts: when they signed in there."""

from datetime import UTC, datetime

from django.db import transaction
from django.db.models.functions import Lower
from django.utils.dateparse import parse_date, parse_datetime

from connectid.accounts.models import Account
from connectid.insights import errors
from connectid.insights.models import HqSignIn


def record(*, username: str, hq_sso_date: str) -> None:
    """Keep when ``username`` last signed in to HQ; an empty date forgets it (contract 7.6).

    A locked account has a past, too. Raises :class:`~connectid.insights.errors.MissingUsername`, ``InvalidDate`` and
    ``NoSuchUser``.
    """
    if not username:
        raise errors.MissingUsername
    moment = moment_of(hq_sso_date) if hq_sso_date else None
    with transaction.atomic():
        account_id = _account(username)
        if moment is None:
            HqSignIn.objects.filter(account_id=account_id).delete()
        else:
            HqSignIn.objects.bulk_create(
                [HqSignIn(account_id=account_id, at=moment)],
                update_conflicts=True,
                unique_fields=["account"],
                update_fields=["at"],
            )


def _account(username: str) -> int:
    """The worker whom HQ means: in any case of letters (contract 7.11), the one that is written exactly so before others."""
    lowered = Account.objects.annotate(lowered=Lower("username")).filter(lowered=username.lower())
    found = dict(lowered.filter(is_staff=False).order_by("-pk").values_list("username", "pk"))
    if not found:
        raise errors.NoSuchUser
    return found.get(username) or list(found.values())[-1]


def moment_of(text: str) -> datetime:
    """The moment that an ISO 8601 text means, in UTC where it names no zone; a bare date means its first moment.

    Raises :class:`~connectid.insights.errors.InvalidDate`.
    """
    try:
        found = parse_datetime(text)
        if found is None:
            day = parse_date(text)
            found = None if day is None else datetime(day.year, day.month, day.day, tzinfo=UTC)
        if found is None:
            raise errors.InvalidDate
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):  # a 30th of February; a moment before the year 1 in UTC
        raise errors.InvalidDate from None
