"""How a server proves that it is a confidential client and may do what it asks (contract A4, A5).

The credentials are the client's id and secret, in a Basic header (form-encoded, RFC 6749 section 2.3.1) or in the form that
is the body, never in the query string, which proxies log. A public client has no way in, and every client only to what its
permissions open (contract 16, E-01, E-02).
"""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest
from dmr.metadata import EndpointMetadata
from dmr.openapi.objects import SecurityRequirement

from connectid.oauth.operations import clients
from connectid.oauth.permissions import Permission
from connectid.oauth.queries.clients import StoredClient
from connectid.web import parsing
from connectid.web.authentication import InvalidBasicHeader, Scheme, basic_credentials
from connectid.web.client_address import client_address, limit_key
from connectid.web.problems import ErrorKey, NotAuthenticated, Refusal

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class ClientBasic(Scheme[StoredClient]):
    """A confidential client with one permission. Whatever is wrong, the answer is the same 403."""

    name = "client"
    http_scheme = "Basic"
    description = (
        "Client id and secret of a confidential client with the permission that the endpoint asks for, in a Basic header or "
        "as `client_id` and `client_secret` of a form (contract A4, A5)."
    )

    def __init__(self, permission: Permission, *, key: ErrorKey) -> None:
        super().__init__()
        self.permission = permission
        self.missing = Refusal(NotAuthenticated, HTTPStatus.FORBIDDEN, key=key)

    def identify(self, controller: Any) -> StoredClient | None:
        """Return the client that the header proves or, in a request without that header, the body."""
        request: HttpRequest = controller.request
        if "Authorization" in request.headers:
            return super().identify(controller)
        if request.method != "POST" or request.content_type not in _FORMS:
            return None
        try:
            form = parsing.read_body(request, limit=controller.body_limit)
        except parsing.BodyRefused:
            return None
        return self._client(request, form.get("client_id", ""), form.get("client_secret", ""))

    def authenticate(self, request: HttpRequest, credentials: str) -> StoredClient | None:
        """Return the client that a Basic header proves."""
        try:
            client_id, client_secret = basic_credentials(credentials, url_decoded=True)
        except InvalidBasicHeader:
            return None
        return self._client(request, client_id, client_secret)

    def holder(self, request: HttpRequest, principal: StoredClient) -> str:
        """The client's, whichever of its secrets it showed."""
        return f"client {principal.id}"

    def _client(self, request: HttpRequest, client_id: str, client_secret: str) -> StoredClient | None:
        if not client_id or not client_secret:
            return None
        return clients.authenticate_client(
            client_id=client_id,
            client_secret=client_secret,
            permission=self.permission,
            address=limit_key(client_address(request)),
        )

    def security_requirements(
        self, metadata: EndpointMetadata, controller_cls: Any
    ) -> list[SecurityRequirement]:
        # OpenAPI 3.1 lets a scheme that is not OAuth2 name the roles it asks for.
        return [{self.name: [self.permission.value]}]


def client_basic(permission: Permission) -> ClientBasic:
    """The scheme of the endpoints that explain their 403 under ``detail`` (contract A5)."""
    return ClientBasic(permission, key="detail")


def client_basic_unexplained(permission: Permission) -> ClientBasic:
    """The scheme of the older endpoints, whose 403 has an empty body (contract A4)."""
    return ClientBasic(permission, key="empty")
