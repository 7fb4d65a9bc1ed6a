"""What look-ups find, and who looked somebody up."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from connectid.accounts.models import Account
from connectid.directory.models import LookUp


class FoundAccount(NamedTuple):
    """An account as partner servers may know it."""

    account_id: int
    username: str
    phone_number: str
    name: str


def active_accounts(numbers: Collection[str]) -> list[FoundAccount]:
    """Return the active accounts of these E.164 numbers; one statement."""
    # The index of active numbers leaves the empty one out, and so must we, or PostgreSQL cannot use it.
    accounts = Account.objects.filter(phone_number__in=numbers, is_active=True).exclude(phone_number="")
    return [FoundAccount(*row) for row in accounts.values_list("pk", "username", "phone_number", "name")]


_FOUND_IN = "SELECT l.id FROM directory_lookup l, json_each(l.account_ids) e WHERE e.value = %s"


def look_ups_of(account_id: int) -> "QuerySet[LookUp]":
    """Return the look-ups whose answer told of the account, the latest first."""
    if connection.vendor == "postgresql":
        found = LookUp.objects.filter(account_ids__contains=[account_id])
    else:
        found = LookUp.objects.filter(pk__in=RawSQL(_FOUND_IN, [account_id]))  # noqa: S611 - a constant, with a parameter
    return found.order_by("-pk")


def look_ups_before(moment: datetime) -> "QuerySet[LookUp]":
    """Return the look-ups that were made before ``moment``."""
    return LookUp.objects.filter(at__lt=moment)
