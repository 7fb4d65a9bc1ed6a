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


def filtered_accounts(*, country_code: str, credential: str, at_most: int) -> list[FoundAccount]:
    """Return the active accounts whose number begins so and that accepted a credential of this slug, or the first ``at_most``.

    An empty text does not filter. An account comes once for each credential of that slug (contract 7.10). One statement.
    """
    accounts = Account.objects.filter(is_active=True, phone_number__startswith=country_code or "+")
    if credential:
        # One filter() for all of it: the same award must be of the slug, accepted, and not revoked since.
        accounts = accounts.filter(
            awards__credential__slug=credential,
            awards__accepted_at__isnull=False,
            awards__revoked_at=None,
        )
    # In no order, so that the database stops at the last one that is asked for.
    found = accounts.order_by().values_list("pk", "username", "phone_number", "name")
    return sorted(FoundAccount(*row) for row in found[:at_most])


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
