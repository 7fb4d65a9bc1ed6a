"""Clients: as their credentials are checked, and as they send people here to sign in."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from connectid.core import prepared
from connectid.oauth.models import ANDROID_CLIENT_ID, Client

_CLIENT_ID = re.compile(r"[\x20-\x7e]{1,100}")
"""VSCHAR, as RFC 6749 has it; the column holds no more, and PostgreSQL no NUL."""


@dataclass(frozen=True, slots=True)
class StoredClient:
    """A client as stored: what proving its secret and judging its rights takes."""

    id: int
    client_id: str
    name: str
    stored_secret: str = field(repr=False)
    previous_secret: str = field(repr=False)
    """Empty, or one that is good as well for now."""
    permissions: frozenset[str]
    is_public: bool
    grant: str

    @property
    def is_the_app(self) -> bool:
        """Whether it is the Android app, which reads answers in its own way (contract 4.1)."""
        return self.client_id == ANDROID_CLIENT_ID


COLUMNS = (
    *("id", "client_id", "name", "client_secret", "permissions", "client_type", "authorization_grant_type"),
    "previous_client_secret",
)
"""What :func:`client_of` reads, in this order."""

_BY_CLIENT_ID = f"""
SELECT {", ".join(COLUMNS)}
  FROM oauth_client
 WHERE client_id = %s
"""  # noqa: S608 - names of ours


def stored_client(client_id: str) -> StoredClient | None:
    """Return the client of that id; one statement, by the index of its unique column."""
    row = prepared.row(_BY_CLIENT_ID, [client_id])
    return None if row is None else client_of(row)


def client_of(row: tuple[Any, ...]) -> StoredClient:
    """Return the client of a row of :data:`COLUMNS`."""
    pk, found_id, name, stored_secret, permissions, client_type, grant, previous_secret = row
    return StoredClient(
        id=pk,
        client_id=found_id,
        name=name,
        stored_secret=stored_secret,
        previous_secret=previous_secret,
        permissions=frozenset(json.loads(permissions)),
        is_public=client_type == Client.CLIENT_PUBLIC,
        grant=grant,
    )


@dataclass(frozen=True, slots=True)
class WebClient:
    """A client that sends people's browsers here to sign in, and where it may have them sent back to."""

    id: int
    client_id: str
    name: str
    is_public: bool
    grant: str
    redirect_uris: tuple[str, ...]
    post_logout_redirect_uris: tuple[str, ...]
    skips_consent: bool
    """One of the operator's own: people are not asked what it may know of them."""


def web_client(client_id: str) -> WebClient | None:
    """Return the client of that id, if it registered any redirect address; one statement."""
    if not _CLIENT_ID.fullmatch(client_id):
        return None
    row = (
        Client.objects.filter(client_id=client_id)
        .values_list(
            *("pk", "client_id", "name", "client_type"),
            *("authorization_grant_type", "redirect_uris", "post_logout_redirect_uris", "skip_authorization"),
        )
        .first()
    )
    if row is None or not row[5].strip():
        return None
    pk, found_id, name, client_type, grant, redirect_uris, after_logout, skips_consent = row
    return WebClient(
        id=pk,
        client_id=found_id,
        name=name or found_id,
        is_public=client_type == Client.CLIENT_PUBLIC,
        grant=grant,
        redirect_uris=tuple(redirect_uris.split()),
        post_logout_redirect_uris=tuple(after_logout.split()),
        skips_consent=skips_consent,
    )
