"""Confidential clients, as their credentials are checked."""

from dataclasses import dataclass

from connectid.oauth.models import Client


@dataclass(frozen=True, slots=True)
class StoredClient:
    """A confidential client as stored: what proving its secret and judging its rights takes."""

    id: int
    client_id: str
    name: str
    stored_secret: str
    permissions: frozenset[str]


def confidential_client(client_id: str) -> StoredClient | None:
    """Return the confidential client of that id; one statement, by the index of its unique column."""
    row = (
        Client.objects.filter(client_id=client_id, client_type=Client.CLIENT_CONFIDENTIAL)
        .values_list("pk", "client_id", "name", "client_secret", "permissions")
        .first()
    )
    if row is None:
        return None
    pk, found_id, name, stored_secret, permissions = row
    return StoredClient(
        id=pk,
        client_id=found_id,
        name=name,
        stored_secret=stored_secret,
        permissions=frozenset(permissions),
    )
