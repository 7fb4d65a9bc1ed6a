"""The client that introspects a token: proved as any client is, by the statement that brings the token along."""

from dataclasses import dataclass
from typing import Any, cast

from django.http import HttpRequest

from connectid.core import clock
from connectid.oauth.authentication.client import ClientBasic
from connectid.oauth.operations import clients
from connectid.oauth.permissions import Permission
from connectid.oauth.queries import introspection
from connectid.oauth.queries.access_tokens import LiveToken
from connectid.oauth.queries.clients import StoredClient
from connectid.web import parsing
from connectid.web.client_address import client_address, limit_key


@dataclass(frozen=True, slots=True)
class _Answered:
    """What was asked about, and what it says."""

    token: str
    found: LiveToken | None


class IntrospectionClient(ClientBasic):
    """A confidential client that may introspect (contract A4)."""

    def __init__(self) -> None:
        super().__init__(Permission.INTROSPECT, key="empty")

    def found(self, request: HttpRequest, token: str) -> LiveToken | None:
        """Return what ``token`` says, or None where it says nothing. Only where this scheme has passed."""
        answered: _Answered = cast(Any, request).introspected
        assert answered.token == token  # the endpoint reads it from where this scheme did
        return answered.found

    def _client(self, request: HttpRequest, client_id: str, client_secret: str) -> StoredClient | None:
        if not client_id or not client_secret:
            return None
        token = _token(request)
        client, found = introspection.asked(client_id=client_id, token=token, at=clock.now())
        cast(Any, request).introspected = _Answered(token, found)
        return clients.prove_client(
            client,
            client_secret=client_secret,
            permission=self.permission,
            address=limit_key(client_address(request)),
        )


def _token(request: HttpRequest) -> str:
    """The token in question, empty where none can be read; the endpoint then refuses the request in its own words."""
    if request.method != "POST":
        return request.GET.get("token", "")
    try:
        body = parsing.read_body(request, limit=parsing.PHONE_BODY)
    except parsing.BodyRefused:
        return ""
    token = body.get("token") if isinstance(body, dict) else None
    return token if isinstance(token, str) else ""


introspection_client = IntrospectionClient()
