"""Whoever pays says whether a number will do."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import transaction
from django.db.models import Case, Value, When

from connectid.core import phone, ratelimit
from connectid.core.phone import UnparsablePhoneNumber
from connectid.notifications.models import Kind
from connectid.notifications.operations import notices
from connectid.notifications.operations.notices import Notice
from connectid.payments import errors, limits, messages, queries
from connectid.payments.models import Judgement, PaymentNumber, Status
from connectid.payments.queries import PaidAt

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Update:
    """One judgement: the number is part of it, so that nobody approves one that was replaced meanwhile."""

    username: str
    phone_number: str
    status: Status


def look_up(*, usernames: Iterable[str], status: str, client_id: str, at: datetime) -> list[PaidAt]:
    """Return where these people are paid, of one status where it is not empty; one statement.

    Raises :class:`~connectid.payments.errors.StatusRefused` and :class:`~connectid.core.ratelimit.Throttled`.
    """
    if status and status not in Status:
        raise errors.StatusRefused
    ratelimit.spend(limits.LOOK_UPS_PER_CLIENT, client_id)
    found = queries.paid_at(set(usernames), status=status, at=at)
    log.info("payment_numbers_told", client=client_id, count=len(found))
    return found


def judge(*, updates: Sequence[Update], client_id: str, at: datetime) -> dict[Status, int]:
    """Store all judgements, tell those whose status changed, and return how many of each there were.

    Of two about one person the last counts. All or nothing: raises :class:`~connectid.payments.errors.NoSuchNumber` where
    somebody is not paid at the number of the judgement. At most five statements, whatever their number.
    """
    wanted = {update.username: update for update in updates}
    with transaction.atomic():
        numbers = queries.in_force(wanted, at).select_related("account").order_by("pk")
        found = {
            number.account.username: number
            for number in numbers.only(*_NEEDED).select_for_update(of=("self",), no_key=True)
        }
        for username, update in wanted.items():
            if username not in found or _e164(update.phone_number) != found[username].phone_number:
                raise errors.NoSuchNumber
        _change(
            {found[name]: one.status for name, one in wanted.items() if found[name].status != one.status},
            client_id,
            at,
        )
    counted = Counter(update.status for update in wanted.values())
    return {status: counted[status] for status in Status}


_NEEDED = ("phone_number", "status", "account_id", "account__username")


def _change(changes: dict[PaymentNumber, Status], client_id: str, at: datetime) -> None:
    if not changes:
        return
    cases = [
        When(pk__in=[number.pk for number, new in changes.items() if new == status], then=Value(status))
        for status in set(changes.values())
    ]
    PaymentNumber.objects.filter(pk__in=[number.pk for number in changes]).update(status=Case(*cases))
    Judgement.objects.bulk_create(
        Judgement(payment_number=number, status=status, client_id=client_id, at=at)
        for number, status in changes.items()
    )
    notices.store_all(
        [
            # Title and body beside the content, too: the phone's system shows these by itself (contract 10).
            Notice(number.account_id, messages.judged(status), push_options=messages.shown(status))
            for number, status in changes.items()
        ],
        kind=Kind.CONNECT,
        at=at,
    )
    log.info("payment_numbers_judged", client=client_id, count=len(changes))


def _e164(number: str) -> str:
    """The number as it is kept; empty where it is none, which nobody is paid at."""
    try:
        return phone.parse(number).e164
    except UnparsablePhoneNumber:
        return ""
