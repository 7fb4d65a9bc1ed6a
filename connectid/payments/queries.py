"""Reads of payment numbers."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from connectid.payments.models import PaymentNumber, Status


class PaidAt(NamedTuple):
    """At which number somebody is paid, and what whoever pays made of it."""

    username: str
    phone_number: str
    status: str


def in_force(usernames: Collection[str], at: datetime) -> "QuerySet[PaymentNumber]":
    """The numbers at which the active accounts of these usernames are paid at that moment; one each at most."""
    return PaymentNumber.objects.filter(
        Q(ends_at=None) | Q(ends_at__gt=at),
        account__username__in=usernames,
        account__is_active=True,
        starts_at__lte=at,
    )


def paid_at(usernames: Collection[str], *, status: str, at: datetime) -> list[PaidAt]:
    """Return where these people are paid, of one status where it is not empty; one statement."""
    numbers = in_force(usernames, at)
    if status:
        numbers = numbers.filter(status=status)
    told = numbers.order_by("account__username").values_list("account__username", "phone_number", "status")
    return [PaidAt(*row) for row in told]


def proven_last(account_id: int) -> datetime | None:
    """Return when the account proved a payment number last."""
    proven = PaymentNumber.objects.filter(account_id=account_id, proven_at__isnull=False)
    return proven.order_by("-proven_at").values_list("proven_at", flat=True).first()


def profile(account_id: int, at: datetime) -> dict[str, Any]:
    """Return the account's payment number as its phone knows it, or nothing (contract 9); one statement.

    The number that is in force; where there is none yet, the one that waits for its code.
    """
    of_account = PaymentNumber.objects.filter(account_id=account_id).filter(
        Q(proven_at=None) | Q(ends_at=None, starts_at__lte=at) | Q(ends_at__gt=at, starts_at__lte=at)
    )
    numbers = sorted(of_account, key=lambda number: number.proven_at is None)
    if not numbers:
        return {}
    told = numbers[0]
    return {
        "phone_number": told.phone_number,
        "owner_name": told.owner_name,
        "telecom_provider": told.telecom_provider,
        "is_verified": told.proven_at is not None,
        "status": Status(told.status).value,
    }
