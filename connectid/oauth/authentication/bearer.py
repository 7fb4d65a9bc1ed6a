"""An access token as a credential (contract A2): ``Authorization: Bearer <access token>``.

Phones hand this token to HQ, Connect and other servers by design, so it opens next to nothing here: ``users/heartbeat`` and
``o/userinfo`` name this scheme, and no other endpoint may (contract 16, E-03; the endpoints of emails, which the contract
leaves open, have better credentials). It is read from the header only, never from a query string or a form. Only opaque
access tokens count: an id token, which relying parties hold too, is none.
"""

from typing import ClassVar

from django.http import HttpRequest

from connectid.core import clock
from connectid.oauth import errors, scopes
from connectid.oauth.queries import access_tokens
from connectid.oauth.queries.access_tokens import UserToken
from connectid.web import limits
from connectid.web.authentication import InvalidTokenHeader, Scheme, bearer_token
from connectid.web.problems import NotAuthenticated, Refusal

CHALLENGE = 'Bearer realm="api"'
INVALID_TOKEN_CHALLENGE = f'{CHALLENGE}, error="invalid_token"'
"""RFC 6750, section 3.1; a request without any token is not told of an error."""


class UserBearer(Scheme[UserToken]):
    """A live access token of an active account."""

    name = "user_token"
    http_scheme = "Bearer"
    challenge = CHALLENGE
    limit = limits.CALLS_PER_PHONE
    description = "Access token of an account, as o/token returned it (contract A2)."
    missing = Refusal(NotAuthenticated, key="detail", challenge=CHALLENGE)
    refusals: ClassVar[tuple[Refusal, ...]] = (
        Refusal(errors.InvalidAccessToken, key="detail", challenge=INVALID_TOKEN_CHALLENGE),
        Refusal(InvalidTokenHeader, key="detail", challenge=INVALID_TOKEN_CHALLENGE),
    )

    def authenticate(self, request: HttpRequest, credentials: str) -> UserToken:
        """Raise one of :attr:`refusals`, or return what the token says."""
        found = access_tokens.user_token(bearer_token(credentials), at=clock.now())
        if found is None:
            raise errors.InvalidAccessToken
        return found

    def holder(self, request: HttpRequest, principal: UserToken) -> str:
        """The account's: another token is no further bucket."""
        return f"account {principal.account_id}"


class UserinfoBearer(UserBearer):
    """A token with the scope ``openid``; without one the answer is the same as for a wrong one (contract 14.5)."""

    missing = Refusal(
        errors.InvalidToken,
        key="error",
        also={"error_description": "The access token is missing, expired, revoked or without openid."},
        challenge=INVALID_TOKEN_CHALLENGE,
    )
    refusals: ClassVar = (missing,)

    def authenticate(self, request: HttpRequest, credentials: str) -> UserToken:
        """Raise :class:`~connectid.oauth.errors.InvalidToken`, or return what the token says."""
        try:
            found = super().authenticate(request, credentials)
        except (errors.InvalidAccessToken, InvalidTokenHeader):
            raise errors.InvalidToken from None
        if scopes.OPENID not in found.scopes:
            raise errors.InvalidToken
        return found


user_bearer = UserBearer()
userinfo_bearer = UserinfoBearer()
