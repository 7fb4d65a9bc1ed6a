"""Servers that call: confidential clients with permissions."""

from connectid.oauth.operations import clients
from connectid.testing.scene import basic


def server_headers(*permissions: str, name: str = "a server") -> dict[str, str]:
    """What a new confidential client with exactly these permissions sends to prove who it is (contract A4, A5)."""
    made = clients.create_client(name=name, grant="client-credentials", permissions=permissions)
    return basic(made.client_id, made.client_secret)
