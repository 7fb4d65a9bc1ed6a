"""What every look-up refuses, whoever asks."""

from django.test import Client

from connectid.oauth.models import ANDROID_CLIENT_ID
from connectid.oauth.operations import clients
from connectid.oauth.permissions import ALL
from connectid.testing.clients import server_headers
from connectid.testing.scene import basic, new_phone
from connectid.testing.tokens import new_token, the_app


def strangers(permission: str) -> list[dict[str, str]]:
    """The headers of everybody who has not ``permission``: a phone, a phone's token, other servers, nobody (E-01, E-02)."""
    the_app()
    every_other = [one for one in ALL if one != permission]
    return [
        {},
        basic("nobody", "nothing"),
        basic(ANDROID_CLIENT_ID, ""),
        new_phone().headers,
        new_token().headers,
        server_headers(*every_other),
    ]


def credentials_in_the_query(client: Client, path: str, permission: str) -> int:
    """The status of a request that carries right credentials where proxies log them."""
    made = clients.create_client(name="query", grant="client-credentials", permissions=[permission])
    credentials = {"client_id": made.client_id, "client_secret": made.client_secret}
    return client.get(path, credentials).status_code
