"""Reads of credentials. What is asked for most, or for many people at once, is written as SQL."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from connectid.core import prepared, rows
from connectid.core.prepared import Statement
from connectid.credentials.achievement import AwardToSign
from connectid.credentials.models import Authority, Award, Credential, Issuer, StatusList


@dataclass(frozen=True, slots=True)
class KnownIssuer:
    """An issuer whose credentials were presented."""

    id: int
    client_id: str


@dataclass(frozen=True, slots=True)
class HeldCredential:
    """An award as its holder's phone lists it."""

    uuid: UUID
    awarded_at: datetime
    title: str
    type: str
    level: str
    slug: str
    app_id: str | None
    opportunity_id: str | None
    authority: str
    environment: str


@dataclass(frozen=True, slots=True)
class OfferedCredential:
    """An award as the page of its link shows it."""

    title: str
    issuer: str
    is_accepted: bool


_HELD = """
SELECT a.uuid, a.awarded_at, c.title, c.type, c.level, c.slug, c.app_id, c.opportunity_id, i.authority, i.environment
  FROM credentials_award a
       JOIN credentials_credential c ON c.id = a.credential_id
       JOIN credentials_issuer i ON i.id = c.issuer_id
 WHERE a.account_id = %s AND a.revoked_at IS NULL
 ORDER BY a.awarded_at, a.id
"""

_HOLDERS = "SELECT username, id FROM accounts_account WHERE username {among}"


def issuer_digests(client_id: str) -> tuple[KnownIssuer, str, str] | None:
    """Return the active issuer of that id, the digests of its current and of its previous secret; one statement."""
    columns = ("id", "client_id", "secret_digest", "previous_secret_digest")
    found = Issuer.objects.filter(client_id=client_id, is_active=True).values_list(*columns).first()
    if found is None:
        return None
    pk, known_as, current, previous = found
    return KnownIssuer(pk, known_as), current, previous


def held_by(account_id: int) -> list[HeldCredential]:
    """Return every award of the account that stands, the oldest first; one statement."""
    return [
        HeldCredential(rows.identifier(uuid), rows.moment(awarded_at), *rest)
        for uuid, awarded_at, *rest in prepared.rows(*holding(account_id))
    ]


def holding(account_id: int) -> Statement:
    """The statement of :func:`held_by`."""
    return _HELD, [account_id]


def holders(usernames: Collection[str]) -> dict[str, int]:
    """Return the ids of those accounts that exist and are active; one statement however many they are."""
    return _holders(f"{_HOLDERS} AND is_active", usernames)


def holders_ever(usernames: Collection[str]) -> dict[str, int]:
    """Return the ids of those accounts that exist, closed ones too; one statement however many they are."""
    return _holders(_HOLDERS, usernames)


def _holders(statement: str, usernames: Collection[str]) -> dict[str, int]:
    if not usernames:
        return {}
    if connection.vendor == "postgresql":
        given: Any = list(usernames)
        among = "= ANY(%s)"
    else:
        given = json.dumps(list(usernames))
        among = "IN (SELECT value FROM json_each(%s))"
    with connection.cursor() as cursor:
        cursor.execute(statement.format(among=among), [given])
        return dict(cursor.fetchall())


def offered(invite_id: UUID) -> list[OfferedCredential]:
    """Return the awards of a link that stand, while their holder's account is open; one statement."""
    found = (
        Award.objects.filter(invite_id=invite_id, revoked_at=None, account__is_active=True)
        .order_by("id")
        .values_list("credential__title", "credential__issuer__authority", "accepted_at")
    )
    return [
        OfferedCredential(title, Authority(authority).label, accepted_at is not None)
        for title, authority, accepted_at in found
    ]


_TO_SIGN = """
SELECT a.uuid, a.awarded_at, h.subject, o.name, c.id, c.title, c.type, c.level, c.slug, c.app_id, c.opportunity_id,
       i.authority, i.environment, s.number, a.status_index
  FROM credentials_award a
       JOIN credentials_holder h ON h.account_id = a.account_id
       JOIN credentials_statuslist s ON s.id = a.status_list_id
       JOIN accounts_account o ON o.id = a.account_id
       JOIN credentials_credential c ON c.id = a.credential_id
       JOIN credentials_issuer i ON i.id = c.issuer_id
 WHERE a.uuid = %s AND a.account_id = %s AND a.revoked_at IS NULL
"""


def award_to_sign(account_id: int, uuid: UUID) -> AwardToSign | None:
    """Return the account's award of that id, if it stands and was prepared for signing; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_TO_SIGN, [rows.stored_identifier(uuid), account_id])
        row = cursor.fetchone()
    if row is None:
        return None
    known_as, awarded_at, subject, *rest = row
    return AwardToSign(rows.identifier(known_as), rows.moment(awarded_at), rows.identifier(subject), *rest)


def version_of_list(number: int) -> int | None:
    """Return how often a status list changed; one statement."""
    return StatusList.objects.filter(number=number).values_list("version", flat=True).first()


def revoked_indexes(number: int) -> list[int]:
    """Return the places of a status list that are revoked; one statement."""
    revoked = Award.objects.filter(status_list__number=number, revoked_at__isnull=False)
    return [index for index in revoked.values_list("status_index", flat=True) if index is not None]


def credentials_named(
    issuer_id: int, names: Collection[tuple[str, str, str]]
) -> dict[tuple[str, str, str], int]:
    """Return the ids of those credentials of the issuer that exist, by type, level and slug; one statement."""
    slugs = {slug for _, _, slug in names}
    found = Credential.objects.filter(issuer_id=issuer_id, slug__in=slugs)
    return {
        (type_, level, slug): pk
        for pk, type_, level, slug in found.values_list("id", "type", "level", "slug")
        if (type_, level, slug) in names
    }


def standing_awards(pairs: Collection[tuple[int, int]]) -> list[int]:
    """Return the ids of those awards of pairs of credential and account that stand; one statement."""
    credential_ids = {credential_id for credential_id, _ in pairs}
    among = Award.objects.filter(credential_id__in=credential_ids, revoked_at=None)
    held = among.values_list("id", "credential_id", "account_id").iterator(chunk_size=10_000)
    return [pk for pk, credential_id, account_id in held if (credential_id, account_id) in pairs]
