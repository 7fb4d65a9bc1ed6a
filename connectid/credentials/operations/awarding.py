"""Awarding: many credentials to many people in a handful of statements."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection, transaction

from connectid.core import events, rows
from connectid.core.identifiers import new_ordered_uuid
from connectid.credentials import errors, items, queries, tasks
from connectid.credentials.items import Item
from connectid.credentials.models import Credential
from connectid.jobs.backend import enqueue_many

AWARDS_PER_STATEMENT = 10_000
TEXTS_PER_JOB = 500


@dataclass(frozen=True, slots=True)
class Awarded:
    """Which items of the batch were awarded and which cannot be, by their places in it."""

    success: list[int]
    failed: list[int]


def award(*, issuer_id: int, batch: Sequence[Any], at: datetime) -> Awarded:
    """Give each item's credential to those of its usernames that belong to open accounts (contract 7.5).

    Repeating a batch changes nothing but titles, and gives nobody anything twice; whoever had it already, or had it revoked,
    is passed over. All usable items are stored, or none. At most four statements, and one more for each 10,000 awards.
    Raises :class:`~connectid.credentials.errors.MissingData`.
    """
    if not batch:
        raise errors.MissingData
    read = [items.read(sent) for sent in batch]
    usable = [item for item in read if item is not None]
    if usable:
        with transaction.atomic():
            _award(issuer_id, usable, at)
    return Awarded(
        success=[place for place, item in enumerate(read) if item is not None],
        failed=[place for place, item in enumerate(read) if item is None],
    )


def _award(issuer_id: int, usable: Iterable[Item], at: datetime) -> None:
    named: dict[tuple[str, str, str], Item] = {}
    usernames: dict[tuple[str, str, str], set[str]] = {}
    for item in usable:
        named[item.name] = item
        usernames.setdefault(item.name, set()).update(item.usernames)
    credential_ids = _store(issuer_id, named.values(), at)
    account_ids = queries.holders(set().union(*usernames.values()))
    # In one order everywhere, so that of two batches at once one waits for the other and neither for both.
    pairs = sorted(
        (credential_ids[name], account_ids[username])
        for name, among in usernames.items()
        for username in among & account_ids.keys()
    )
    invite_ids = {account_id: uuid4() for account_id in account_ids.values()}
    new: set[int] = set()
    awards = 0
    for some in batched(pairs, AWARDS_PER_STATEMENT, strict=False):
        holders = _insert(some, invite_ids, at)
        awards += len(holders)
        new.update(holders)
    if awards:
        events.announce(events.CredentialsAwarded(awards, at=at))
    if new and settings.CREDENTIAL_TEXTS:
        told = [str(invite_ids[account_id]) for account_id in sorted(new)]
        enqueue_many(
            tasks.tell_holders.prepare(list(some)) for some in batched(told, TEXTS_PER_JOB, strict=False)
        )


def _store(issuer_id: int, wanted: Iterable[Item], at: datetime) -> dict[tuple[str, str, str], int]:
    """Make the credentials or bring them up to date; return their ids by their names. One statement."""
    stored = Credential.objects.bulk_create(
        [
            Credential(
                issuer_id=issuer_id,
                type=item.type,
                level=item.level,
                slug=item.slug,
                title=item.title,
                app_id=item.app_id,
                opportunity_id=item.opportunity_id,
                created_at=at,
            )
            for item in sorted(wanted, key=lambda item: item.name)
        ],
        update_conflicts=True,
        unique_fields=["issuer", "type", "level", "slug"],
        update_fields=["title", "app_id", "opportunity_id"],
    )
    return {(row.type, row.level, row.slug): row.pk for row in stored}


_INSERT = """
INSERT INTO credentials_award (uuid, credential_id, account_id, invite_id, awarded_at, revocation_reason)
SELECT given.uuid, given.credential_id, given.account_id, given.invite_id, {moment}, '' FROM {given} WHERE TRUE
ON CONFLICT (credential_id, account_id) DO NOTHING
RETURNING account_id
"""
_ARRAYS = """
unnest(CAST(%s AS uuid[]), CAST(%s AS bigint[]), CAST(%s AS bigint[]), CAST(%s AS uuid[]))
AS given (uuid, credential_id, account_id, invite_id)
"""
_JSON = """
(SELECT value ->> 0 AS uuid, value ->> 1 AS credential_id, value ->> 2 AS account_id, value ->> 3 AS invite_id
   FROM json_each(%s)) AS given
"""


def _insert(pairs: Sequence[tuple[int, int]], invite_ids: dict[int, UUID], at: datetime) -> list[int]:
    """Make those awards that are not there yet; return the account of each. One statement."""
    given = [
        (new_ordered_uuid(), credential_id, account_id, invite_ids[account_id])
        for credential_id, account_id in pairs
    ]
    values: list[Any]
    if connection.vendor == "postgresql":
        source, values = _ARRAYS, [list(column) for column in zip(*given, strict=True)]
    else:
        source, values = _JSON, [json.dumps([[uuid.hex, c, a, invite.hex] for uuid, c, a, invite in given])]
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT.format(given=source, moment=rows.as_moment()), [rows.stored_moment(at), *values]
        )
        return [account_id for (account_id,) in cursor.fetchall()]
