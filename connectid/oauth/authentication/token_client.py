"""How a client proves who it is at the endpoints of tokens (contract A8; RFC 6749 section 2.3).

A confidential client by its id and secret, in a Basic header or in the body; a public one, which has no secret, by its id. Never
in the query string, which proxies log.
"""

from typing import Any, ClassVar

from django.http import HttpRequest

from connectid.oauth import errors
from connectid.oauth.operations import clients
from connectid.oauth.queries.clients import StoredClient
from connectid.web import parsing
from connectid.web.authentication import InvalidBasicHeader, Scheme, basic_credentials
from connectid.web.limiting import block_of, charge_refused
from connectid.web.problems import Refusal

CHALLENGE = 'Basic realm="oauth"'


class TokenClient(Scheme[StoredClient]):
    """Any client, public or confidential."""

    name = "token_client"
    http_scheme = "Basic"
    description = (
        "Client id and secret of a client in a Basic header, or as `client_id` and `client_secret` of the body; a public "
        "client has no secret (contract A8)."
    )
    missing = Refusal(errors.InvalidClient, key="error", challenge=CHALLENGE)
    refusals: ClassVar = (missing,)
    counts_refused = False  # identify_client does, by WRONG_SECRETS_PER_ADDRESS

    def identify(self, controller: Any) -> StoredClient:
        """Return the client that the header proves or, in a request without a Basic header, the body.

        Raises :class:`~connectid.oauth.errors.InvalidClient`, also where header and body name two clients, and ``Throttled``.
        """
        request: HttpRequest = controller.request
        client_id, client_secret = _named_in_body(request, controller.body_limit)
        header = self.credentials(request)
        if header is None:
            return self._client(request, client_id, client_secret)
        found = self.authenticate(request, header)
        if client_id not in ("", found.client_id):
            raise errors.InvalidClient
        return found

    def authenticate(self, request: HttpRequest, credentials: str) -> StoredClient:
        """Return the client of a Basic header, its parts form-encoded (RFC 6749 section 2.3.1)."""
        try:
            client_id, client_secret = basic_credentials(credentials, url_decoded=True)
        except InvalidBasicHeader:
            raise errors.InvalidClient from None
        return self._client(request, client_id, client_secret)

    def holder(self, request: HttpRequest, principal: StoredClient) -> str:
        """The client's; of a public one, such as the app, a million phones have the id: there it is the address's."""
        return f"address {block_of(request)}" if principal.is_public else f"client {principal.id}"

    def _client(self, request: HttpRequest, client_id: str, client_secret: str) -> StoredClient:
        if not client_id:
            charge_refused(request)
            raise errors.InvalidClient
        return clients.identify_client(
            client_id=client_id, client_secret=client_secret, address=block_of(request)
        )


def _named_in_body(request: HttpRequest, limit: int) -> tuple[str, str]:
    """Client id and secret of a body, each empty where it is not there. What cannot be read is refused by the endpoint, later."""
    try:
        body = parsing.read_body(request, limit=limit)
    except parsing.BodyRefused:
        return "", ""
    if not isinstance(body, dict):
        return "", ""
    client_id, client_secret = body.get("client_id"), body.get("client_secret")
    return client_id if isinstance(client_id, str) else "", client_secret if isinstance(
        client_secret, str
    ) else ""


token_client = TokenClient()
