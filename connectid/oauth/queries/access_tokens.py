"""What an access token says: one statement, by the index of its checksum, that brings account and client along.

The token itself is not stored; a table or a backup of it opens nothing.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connectid.core import prepared, rows
from connectid.oauth.models import AccessToken
from connectid.oauth.opaque_tokens import checksum


@dataclass(frozen=True, slots=True)
class Holder:
    """The account that a token speaks for, and what a relying party may come to know of it."""

    account_id: int
    username: str
    name: str = field(repr=False)
    phone_number: str = field(repr=False)
    email: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LiveToken:
    """An access token that is good at the moment of the question."""

    token_id: int
    client_id: str
    scope: str
    """Its scopes, separated by blanks."""
    expires_at: datetime
    holder: Holder | None
    """None for a token that a client got for itself."""


@dataclass(frozen=True, slots=True)
class UserToken:
    """A live token of an active account: who calls with it (contract A2)."""

    token_id: int
    account_id: int
    username: str
    client_id: str
    scopes: frozenset[str]
    expires_at: datetime
    holder: Holder


COLUMNS = """t.id, t.expires, t.scope, {client}.client_id,
       a.id, a.is_active, a.username, a.name, a.phone_number, a.email"""
"""What :func:`live_token_of` reads, in this order: of the token ``t``, its client, by whatever name, and its account ``a``."""

JOINS = """LEFT JOIN oauth_client {client} ON {client}.id = t.application_id
       LEFT JOIN accounts_account a ON a.id = t.user_id"""
"""What brings both along."""

_BY_CHECKSUM = f"""
SELECT {COLUMNS}
  FROM oauth_accesstoken t
       {JOINS}
 WHERE t.token_checksum = %s
""".format(client="c")  # noqa: S608 - names of ours


def live_token(token: str, *, at: datetime) -> LiveToken | None:
    """Return what ``token`` says, or None where it is unknown or expired, or its account may not sign in (E-15)."""
    row = prepared.row(_BY_CHECKSUM, [checksum(token)])
    return None if row is None else live_token_of(row, at=at)


def live_token_of(row: tuple[Any, ...], *, at: datetime) -> LiveToken | None:
    """Return what a row of :data:`COLUMNS` says."""
    token_id, expires, scope, client_id, account_id, is_active, *known = row
    expires_at = rows.moment(expires)
    if expires_at <= at or (account_id is not None and not is_active):
        return None
    return LiveToken(
        token_id=token_id,
        client_id=client_id or "",
        scope=scope,
        expires_at=expires_at,
        holder=None if account_id is None else Holder(account_id, *known),
    )


def user_token(token: str, *, at: datetime) -> UserToken | None:
    """Return who calls with ``token``, or None where :func:`live_token` finds none or it speaks for nobody."""
    found = live_token(token, at=at)
    if found is None or found.holder is None:
        return None
    return UserToken(
        token_id=found.token_id,
        account_id=found.holder.account_id,
        username=found.holder.username,
        client_id=found.client_id,
        scopes=frozenset(found.scope.split()),
        expires_at=found.expires_at,
        holder=found.holder,
    )


def is_revoked(token_id: int) -> bool:
    """Tell whether a token that was live a moment ago has been revoked since: its row is gone then."""
    return not AccessToken.objects.filter(pk=token_id).exists()
