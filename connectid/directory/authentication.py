"""From a proven client to the caller that a look-up is recorded for."""

from django.http import HttpRequest

from connectid.directory.operations.look_ups import Caller
from connectid.oauth.queries.clients import StoredClient
from connectid.web.client_address import client_address


def caller(request: HttpRequest, client: StoredClient) -> Caller:
    """Return who is asking, and from where."""
    address = client_address(request)
    return Caller(client.client_id, None if address is None else str(address))
