"""Revoking awards, for good: phones no longer list them, and their status lists say so to everybody else."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from typing import Any

import structlog
from django.db import transaction
from django.db.models import F

from connectid.credentials import errors, items, queries
from connectid.credentials.models import REASON_LENGTH, Award, StatusList

log = structlog.get_logger(__name__)

AWARDS_PER_STATEMENT = 10_000


@dataclass(frozen=True, slots=True)
class Revoked:
    """Which items of the batch hold for everybody they name, and which name no credential of the issuer, by their places."""

    success: list[int]
    failed: list[int]


def revoke(*, award_ids: Collection[int], reason: str, at: datetime) -> int:
    """Revoke those awards that still stand; return how many those were. At most four statements for each 10,000."""
    with transaction.atomic():
        revoked = sum(
            _revoke(some, reason, at)
            for some in batched(sorted(award_ids), AWARDS_PER_STATEMENT, strict=False)
        )
    log.info("awards_revoked", count=revoked)
    return revoked


def revoke_batch(*, issuer_id: int, batch: Sequence[Any], reason: str, at: datetime) -> Revoked:
    """Revoke what an issuer awarded: items as in a batch of awards, of which only names and usernames count.

    Who does not hold it, or no more, is passed over, so the same batch may come again. An item fails where it is unusable or
    names a credential that the issuer never awarded. Three statements, and four more for each 10,000 awards. Raises
    :class:`~connectid.credentials.errors.MissingData`.
    """
    if not batch:
        raise errors.MissingData
    read = [items.read_named(sent) for sent in batch]
    known = queries.credentials_named(issuer_id, {item.name for item in read if item is not None})
    usable = {place: item for place, item in enumerate(read) if item is not None and item.name in known}
    accounts = queries.holders_ever({username for item in usable.values() for username in item.usernames})
    pairs = {
        (known[item.name], accounts[username])
        for item in usable.values()
        for username in item.usernames & accounts.keys()
    }
    if pairs:
        revoke(award_ids=queries.standing_awards(pairs), reason=reason, at=at)
    return Revoked(success=[*usable], failed=[place for place in range(len(batch)) if place not in usable])


def _revoke(award_ids: Sequence[int], reason: str, at: datetime) -> int:
    standing = Award.objects.filter(pk__in=award_ids, revoked_at=None)
    held = standing.select_for_update(no_key=True).order_by("pk").values_list("pk", "status_list_id")
    found = dict(held)
    Award.objects.filter(pk__in=found).update(revoked_at=at, revocation_reason=reason[:REASON_LENGTH])
    lists = {status_list for status_list in found.values() if status_list is not None}
    if lists:
        # In one order, as two revocations at once may concern the same lists.
        for_update = StatusList.objects.filter(pk__in=lists).order_by("pk").select_for_update()
        StatusList.objects.filter(pk__in=[*for_update.values_list("pk", flat=True)]).update(
            version=F("version") + 1
        )
    return len(found)
