"""POST and GET /o/introspect (contract 14.3; RFC 7662)."""

from typing import ClassVar

import msgspec

from connectid.oauth import errors
from connectid.oauth.authentication import introspection_client
from connectid.oauth.views.uncached import UncachedEndpoint
from connectid.web.endpoint import Body, Query
from connectid.web.problems import Refusal


class TokenInQuestion(msgspec.Struct):
    """The token; of what kind it is need not be said."""

    token: str | None = None
    token_type_hint: str | None = None
    client_id: str | None = None
    client_secret: str | None = None


class TokenInQuery(msgspec.Struct):
    """The token. A client's secret is never read from here: proxies log it."""

    token: str | None = None


class Introspection(msgspec.Struct, omit_defaults=True):
    """What the token says, or that it says nothing."""

    active: bool
    scope: str | msgspec.UnsetType = msgspec.UNSET
    exp: int | msgspec.UnsetType = msgspec.UNSET
    client_id: str | msgspec.UnsetType = msgspec.UNSET
    username: str | msgspec.UnsetType = msgspec.UNSET


class Introspect(UncachedEndpoint):
    """Whose an access token is, and for how long. Refresh tokens are none: a server would let one in as a bearer's.

    An unknown token, an expired one and one of an account that may not sign in look the same (RFC 7662, section 2.2).
    ``username`` is the subject, which CommCare Connect knows people by.
    """

    auth: ClassVar = (introspection_client,)
    invalid = Refusal(
        errors.InvalidTokenRequest, key="error", also={"error_description": "Token parameter is missing."}
    )
    refusals: ClassVar = (invalid,)

    def post(self, parsed_body: Body[TokenInQuestion]) -> Introspection:
        return self._introspection(parsed_body.token)

    def get(self, parsed_query: Query[TokenInQuery]) -> Introspection:
        return self._introspection(parsed_query.token)

    def _introspection(self, token: str | None) -> Introspection:
        if not token:
            raise errors.InvalidTokenRequest
        found = introspection_client.found(self.request, token)
        if found is None:
            return Introspection(active=False)
        return Introspection(
            active=True,
            scope=found.scope,
            exp=int(found.expires_at.timestamp()),
            client_id=found.client_id,
            username=msgspec.UNSET if found.holder is None else found.holder.username,
        )
