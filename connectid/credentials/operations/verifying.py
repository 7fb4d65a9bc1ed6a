"""Giving a holder their award as a verifiable credential."""

from datetime import datetime
from secrets import SystemRandom
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from connectid.credentials import achievement, errors, queries, signing
from connectid.credentials.bitstring import BITS
from connectid.credentials.models import Award, Holder, StatusList
from connectid.oauth import lifetimes

FULL_AT = BITS // 2
"""Indexes of a list that are given away. The rest stays free, so that of a few picks at random one is free."""
_PICKS = 24
_TRIES = 3

_chance = SystemRandom()


def verifiable(*, account_id: int, award_uuid: UUID, at: datetime) -> str:
    """Return the award as a signed JWT, good for a year; each call signs anew.

    One statement, and eight more the first time, when the award gets its place in a status list. Raises
    :class:`~connectid.credentials.errors.UnknownAward` where the account holds no such award, or it was revoked.
    """
    award = queries.award_to_sign(account_id, award_uuid)
    if award is None:
        prepare(account_id=account_id, award_uuid=award_uuid, at=at)
        award = queries.award_to_sign(account_id, award_uuid)
    if award is None:
        raise errors.UnknownAward  # revoked in between
    credential = achievement.credential(
        award, issuer_name=settings.SERVICE_NAME, at=at, until=at + lifetimes.VERIFIABLE_CREDENTIAL
    )
    return signing.sign(credential, at=at)


def prepare(*, account_id: int, award_uuid: UUID, at: datetime) -> None:
    """Give the award its place in a status list, and its holder the identifier that credentials name.

    Only awards that are fetched ever need either. Raises :class:`~connectid.credentials.errors.UnknownAward`.
    """
    for attempt in range(1, _TRIES + 1):
        try:
            with transaction.atomic():
                _prepare(account_id, award_uuid, at)
            return
        except IntegrityError:  # another process began the next list at the same moment; it is there now
            if attempt == _TRIES:
                raise


def _prepare(account_id: int, award_uuid: UUID, at: datetime) -> None:
    award = (
        Award.objects.select_for_update(no_key=True)
        .filter(uuid=award_uuid, account_id=account_id, revoked_at=None)
        .only("status_list_id")
        .first()
    )
    if award is None:
        raise errors.UnknownAward
    Holder.objects.bulk_create([Holder(account_id=account_id, created_at=at)], ignore_conflicts=True)
    if award.status_list_id is not None:
        return
    latest = StatusList.objects.select_for_update().order_by("-number").first()
    if latest is None or latest.taken >= FULL_AT:
        latest = StatusList.objects.create(number=latest.number + 1 if latest else 1, created_at=at)
    award.status_list = latest
    award.status_index = _free_index(latest)
    award.save(update_fields=["status_list", "status_index"])
    latest.taken += 1
    latest.save(update_fields=["taken"])


def _free_index(of: StatusList) -> int:
    """Pick at random, so that an index tells nothing of when the award was made. The list is held, so it stays free."""
    while True:
        picked = _chance.sample(range(BITS), _PICKS)
        taken = Award.objects.filter(status_list=of, status_index__in=picked).values_list(
            "status_index", flat=True
        )
        if free := [index for index in picked if index not in {*taken}]:
            return free[0]
