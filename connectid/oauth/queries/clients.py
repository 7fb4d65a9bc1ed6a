"""Clients, as their credentials are checked."""

import json
from dataclasses import dataclass, field

from django.db import connection

from connectid.oauth.models import Client


@dataclass(frozen=True, slots=True)
class StoredClient:
    """A client as stored: what proving its secret and judging its rights takes."""

    id: int
    client_id: str
    name: str
    stored_secret: str = field(repr=False)
    permissions: frozenset[str]
    is_public: bool
    grant: str


_BY_CLIENT_ID = """
SELECT id, client_id, name, client_secret, permissions, client_type, authorization_grant_type
  FROM oauth_client
 WHERE client_id = %s
"""


def stored_client(client_id: str) -> StoredClient | None:
    """Return the client of that id; one statement, by the index of its unique column."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_CLIENT_ID, [client_id])
        row = cursor.fetchone()
    if row is None:
        return None
    pk, found_id, name, stored_secret, permissions, client_type, grant = row
    return StoredClient(
        id=pk,
        client_id=found_id,
        name=name,
        stored_secret=stored_secret,
        permissions=frozenset(json.loads(permissions)),
        is_public=client_type == Client.CLIENT_PUBLIC,
        grant=grant,
    )


def confidential_client(client_id: str) -> StoredClient | None:
    """Return the confidential client of that id."""
    client = stored_client(client_id)
    return None if client is None or client.is_public else client
