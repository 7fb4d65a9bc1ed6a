"""Issuing tokens: what all grants have in common.

Every phone asks for tokens, so they are added by hand-written statements: the ORM takes five times the CPU for them.
"""

import uuid
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.db import connection

from connectid.core import rows
from connectid.oauth import lifetimes, opaque_tokens
from connectid.oauth.models import Client
from connectid.oauth.opaque_tokens import checksum
from connectid.oauth.queries.clients import StoredClient


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
    """In the order in which they are made: tokens come in millions, and an index of random ones grows on every page."""
    client: StoredClient
    account_id: int
    authenticated_at: datetime


_ADD_REFRESH = """
INSERT INTO oauth_refreshtoken (token_checksum, token_family, application_id, user_id, scope, authenticated_at, created, expires)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
"""

_ADD_ACCESS = """
INSERT INTO oauth_accesstoken (token_checksum, token_family, application_id, user_id, scope, created, expires)
VALUES (%s, %s, %s, %s, %s, %s, %s)
"""


def issue_pair(*, family: Family, scope: str, at: datetime) -> Issued:
    """Add an access token and a refresh token to ``family``: two statements, in the transaction of the caller.

    The caller holds the account's row, so that nothing is issued beside :func:`~connectid.oauth.operations.revocation.revoke_all`.
    """
    refresh_token = opaque_tokens.new_token(at=at)
    with connection.cursor() as cursor:
        cursor.execute(
            _ADD_REFRESH,
            [
                checksum(refresh_token),
                rows.stored_identifier(family.id),
                family.client.id,
                family.account_id,
                scope,
                rows.stored_moment(family.authenticated_at),
                rows.stored_moment(at),
                rows.stored_moment(at + _refresh_lifetime(family.client)),
            ],
        )
    issued = _issue_access_token(client=family.client, family=family, scope=scope, at=at)
    return replace(issued, refresh_token=refresh_token)


def issue_to_client(*, client: StoredClient, scope: str, at: datetime) -> Issued:
    """Give a client a token of its own, which speaks for nobody (RFC 6749 section 4.4): one statement."""
    return _issue_access_token(client=client, family=None, scope=scope, at=at)


def _issue_access_token(*, client: StoredClient, family: Family | None, scope: str, at: datetime) -> Issued:
    token = opaque_tokens.new_token(at=at)
    with connection.cursor() as cursor:
        cursor.execute(
            _ADD_ACCESS,
            [
                checksum(token),
                None if family is None else rows.stored_identifier(family.id),
                client.id,
                None if family is None else family.account_id,
                scope,
                rows.stored_moment(at),
                rows.stored_moment(at + lifetimes.ACCESS_TOKEN),
            ],
        )
    return Issued(access_token=token, expires_in=int(lifetimes.ACCESS_TOKEN.total_seconds()), scope=scope)


def _refresh_lifetime(client: StoredClient) -> timedelta:
    is_app = client.grant == Client.GRANT_PASSWORD
    return lifetimes.APP_REFRESH_TOKEN if is_app else lifetimes.REFRESH_TOKEN
