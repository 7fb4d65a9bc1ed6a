"""How a message server proves who it is (contract A6)."""

from http import HTTPStatus

from django.http import HttpRequest

from connectid.messaging.operations import servers
from connectid.messaging.queries import KnownServer
from connectid.web.authentication import InvalidBasicHeader, Scheme, basic_credentials
from connectid.web.problems import NotAuthenticated, Refusal

CHALLENGE = 'Basic realm="api"'


class MessageServerBasic(Scheme[KnownServer]):
    """The server's own id and secret. Whatever is wrong, the answer is the same 401."""

    name = "message_server"
    http_scheme = "Basic"
    challenge = CHALLENGE
    description = "Client id and secret of a message server (contract A6)."
    missing = Refusal(NotAuthenticated, HTTPStatus.UNAUTHORIZED, key="detail", challenge=CHALLENGE)

    def authenticate(self, request: HttpRequest, credentials: str) -> KnownServer | None:
        """Return the message server that a Basic header proves."""
        try:
            client_id, secret = basic_credentials(credentials)
        except InvalidBasicHeader:
            return None
        return servers.authenticate(client_id=client_id, secret=secret)

    def holder(self, request: HttpRequest, principal: KnownServer) -> str:
        """The server's, whichever of its secrets it showed."""
        return f"message server {principal.id}"


message_server_basic = MessageServerBasic()
