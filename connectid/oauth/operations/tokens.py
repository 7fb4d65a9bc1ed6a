"""Issuing tokens: what all grants have in common."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from connectid.core import secrets
from connectid.oauth import lifetimes
from connectid.oauth.models import AccessToken, Client, RefreshToken
from connectid.oauth.queries.access_tokens import checksum
from connectid.oauth.queries.clients import StoredClient

TOKEN_LENGTH: Final = 30
"""Characters, each one of 62: 178 random bits in the form that clients know (contract 14.1)."""


@dataclass(frozen=True, slots=True)
class Issued:
    """What a client gets for a grant; none of it is to be seen again."""

    access_token: str = field(repr=False)
    expires_in: int
    """Seconds."""
    scope: str
    refresh_token: str | None = field(default=None, repr=False)
    id_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Family:
    """The tokens that follow from one time that a person proved who they are."""

    id: uuid.UUID
    client: StoredClient
    account_id: int
    authenticated_at: datetime


def issue_pair(*, family: Family, scope: str, at: datetime) -> Issued:
    """Add an access token and a refresh token to ``family``: two statements, in the transaction of the caller.

    The caller holds the account's row, so that nothing is issued beside :func:`~connectid.oauth.operations.revocation.revoke_all`.
    """
    refresh_token = _new_token()
    RefreshToken.objects.create(
        token_checksum=checksum(refresh_token),
        token_family=family.id,
        application_id=family.client.id,
        user_id=family.account_id,
        scope=scope,
        authenticated_at=family.authenticated_at,
        created=at,
        expires=at + _refresh_lifetime(family.client),
    )
    access_token = _add_access_token(
        client=family.client, account_id=family.account_id, family=family.id, scope=scope, at=at
    )
    return Issued(
        access_token=access_token, expires_in=_expires_in(), scope=scope, refresh_token=refresh_token
    )


def issue_to_client(*, client: StoredClient, scope: str, at: datetime) -> Issued:
    """Give a client a token of its own, which speaks for nobody (RFC 6749 section 4.4): one statement."""
    access_token = _add_access_token(client=client, account_id=None, family=None, scope=scope, at=at)
    return Issued(access_token=access_token, expires_in=_expires_in(), scope=scope)


def _add_access_token(
    *, client: StoredClient, account_id: int | None, family: uuid.UUID | None, scope: str, at: datetime
) -> str:
    token = _new_token()
    AccessToken.objects.create(
        token_checksum=checksum(token),
        token_family=family,
        application_id=client.id,
        user_id=account_id,
        scope=scope,
        created=at,
        expires=at + lifetimes.ACCESS_TOKEN,
    )
    return token


def _new_token() -> str:
    return secrets.new_alphanumeric_token(TOKEN_LENGTH)


def _expires_in() -> int:
    return int(lifetimes.ACCESS_TOKEN.total_seconds())


def _refresh_lifetime(client: StoredClient) -> timedelta:
    is_app = client.grant == Client.GRANT_PASSWORD
    return lifetimes.APP_REFRESH_TOKEN if is_app else lifetimes.REFRESH_TOKEN
