"""POST /o/revoke_token (contract 14.4)."""

import msgspec

from connectid.oauth import errors
from connectid.oauth.authentication import token_client
from connectid.oauth.operations import revocation
from connectid.oauth.views.uncached import UncachedEndpoint
from connectid.web.endpoint import Body
from connectid.web.problems import Refusal


class TokenToRevoke(msgspec.Struct):
    """The token; what kind it is need not be said, as both are looked through anyway (RFC 7009 section 2.1)."""

    token: str | None = None
    token_type_hint: str | None = None
    client_id: str | None = None
    client_secret: str | None = None


class RevokeToken(UncachedEndpoint):
    """End a token of the client, and with it its family; an unknown token has ended already (RFC 7009)."""

    auth = (token_client,)
    invalid = Refusal(
        errors.InvalidTokenRequest,
        key="error",
        also={"error_description": "The token is missing, malformed or given twice."},
    )

    def post(self, parsed_body: Body[TokenToRevoke]) -> None:
        self.refuse_repeats(TokenToRevoke.__struct_fields__)
        if not parsed_body.token:
            raise errors.InvalidTokenRequest
        revocation.revoke_token(
            client=token_client.principal(self.request), token=parsed_body.token, at=self.received_at
        )
