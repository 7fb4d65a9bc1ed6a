"""How an issuer proves who it is (contract A7)."""

from http import HTTPStatus
from typing import ClassVar

from django.http import HttpRequest

from connectid.credentials import errors
from connectid.credentials.operations import issuers
from connectid.credentials.queries import KnownIssuer
from connectid.web.authentication import InvalidBasicHeader, Scheme, basic_credentials
from connectid.web.problems import NotAuthenticated, Refusal

CHALLENGE = 'Basic realm="api"'


class IssuerBasic(Scheme[KnownIssuer]):
    """The issuer's own id and secret; an id that nobody has is refused in other words than a wrong secret."""

    name = "issuer"
    http_scheme = "Basic"
    challenge = CHALLENGE
    description = "Client id and secret of an issuer of credentials (contract A7)."
    missing = Refusal(NotAuthenticated, HTTPStatus.UNAUTHORIZED, key="detail", challenge=CHALLENGE)
    refusals: ClassVar = (Refusal(errors.UnknownIssuer, key="error_code", challenge=CHALLENGE),)

    def authenticate(self, request: HttpRequest, credentials: str) -> KnownIssuer | None:
        """Return the issuer that a Basic header proves; raises :class:`~connectid.credentials.errors.UnknownIssuer`."""
        try:
            client_id, secret = basic_credentials(credentials)
        except InvalidBasicHeader:
            return None
        return issuers.authenticate(client_id=client_id, secret=secret)


issuer_basic = IssuerBasic()
