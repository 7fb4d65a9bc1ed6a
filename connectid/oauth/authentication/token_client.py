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
from connectid.web.client_address import client_address, limit_key
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

    def identify(self, controller: Any) -> StoredClient | None:
        """Return the client that the header proves or, in a request without a Basic header, the body."""
        found = super().identify(controller)
        if found is not None:
            return found
        try:
            body = parsing.read_body(controller.request, limit=controller.body_limit)
        except parsing.BodyRefused:
            return None
        named, secret = body.get("client_id"), body.get("client_secret") or ""
        return self._client(controller.request, named, secret)

    def authenticate(self, request: HttpRequest, credentials: str) -> StoredClient:
        """Return the client that a Basic header proves, its parts form-encoded (RFC 6749 section 2.3.1)."""
        try:
            named, secret = basic_credentials(credentials, url_decoded=True)
        except InvalidBasicHeader:
            raise errors.InvalidClient from None
        return self._client(request, named, secret)

    def _client(self, request: HttpRequest, named: object, secret: object) -> StoredClient:
        if not isinstance(named, str) or not isinstance(secret, str) or not named:
            raise errors.InvalidClient
        return clients.identify_client(
            client_id=named, client_secret=secret, address=limit_key(client_address(request))
        )


token_client = TokenClient()
