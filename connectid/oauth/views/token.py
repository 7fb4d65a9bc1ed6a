"""POST /o/token (contract 14.1).

A phone that reads a 400 forgets its user (contract 4.1), so that only what is definitely wrong is one.
"""

from http import HTTPStatus
from typing import ClassVar

import msgspec

from connectid.core.errors import DomainError
from connectid.devices.errors import LoginFromDifferentDevice
from connectid.oauth import errors
from connectid.oauth.authentication import token_client
from connectid.oauth.operations import grants
from connectid.oauth.operations.tokens import Issued
from connectid.oauth.views.uncached import UncachedEndpoint
from connectid.web.client_address import client_address, limit_key
from connectid.web.endpoint import Body
from connectid.web.problems import Refusal


class TokenRequest(msgspec.Struct):
    """The parameters of all grants; an empty one counts as left out (RFC 6749 section 3.2)."""

    grant_type: str | None = None
    scope: str | None = None
    username: str | None = None
    password: str | None = None
    code: str | None = None
    redirect_uri: str | None = None
    code_verifier: str | None = None
    refresh_token: str | None = None
    client_id: str | None = None
    client_secret: str | None = None


class TokenAnswer(msgspec.Struct, omit_defaults=True):
    """What was issued (RFC 6749 section 5.1)."""

    access_token: str
    expires_in: int
    token_type: str
    scope: str
    refresh_token: str | msgspec.UnsetType = msgspec.UNSET
    id_token: str | msgspec.UnsetType = msgspec.UNSET


def _described(error: type[DomainError], description: str) -> Refusal:
    return Refusal(error, key="error", also={"error_description": description})


class Token(UncachedEndpoint):
    """Tokens, for what the client or the person has proven (RFC 6749 section 3.2)."""

    auth = (token_client,)
    invalid = _described(errors.InvalidTokenRequest, "A parameter is missing, malformed or given twice.")
    refusals: ClassVar = (
        _described(errors.InvalidCredentials, "Invalid credentials given."),
        Refusal(
            LoginFromDifferentDevice,
            HTTPStatus.BAD_REQUEST,
            key="error",
            also={
                "error_description": "Login attempted from a previously configured device.",
                "error_code": LoginFromDifferentDevice.code,
            },
        ),
        Refusal(
            errors.GarbledAppRequest,
            key="error",
            also={"error_description": "A parameter is given twice."},
            challenge=token_client.missing.challenge,
        ),
        _described(errors.InvalidAuthorizationCode, "The code is not good, or not for this request."),
        _described(errors.InvalidRefreshToken, "The refresh token is not good any more."),
        _described(errors.UnknownScope, "None of the scopes exists, or one was not granted before."),
        _described(errors.GrantNotForClient, "The client may not use this grant."),
        _described(errors.UnsupportedGrantType, "There is no such grant."),
    )

    def post(self, parsed_body: Body[TokenRequest]) -> TokenAnswer:
        self._refuse_repeats()
        issued = self._issued(parsed_body)
        return TokenAnswer(
            access_token=issued.access_token,
            expires_in=issued.expires_in,
            token_type="Bearer",  # noqa: S106 - the type's name
            scope=issued.scope,
            refresh_token=issued.refresh_token or msgspec.UNSET,
            id_token=issued.id_token or msgspec.UNSET,
        )

    def _refuse_repeats(self) -> None:
        """Refuse a parameter given twice. The app never does that: such a request of its says nothing about its credential."""
        try:
            self.refuse_repeats(TokenRequest.__struct_fields__)
        except errors.InvalidTokenRequest:
            if token_client.principal(self.request).is_the_app:
                raise errors.GarbledAppRequest from None
            raise

    def _issued(self, asked: TokenRequest) -> Issued:
        client = token_client.principal(self.request)
        match asked.grant_type:
            case "password":
                return grants.by_password(
                    client=client,
                    username=_given(asked.username),
                    password=_given(asked.password),
                    scope=asked.scope,
                    address=limit_key(client_address(self.request)),
                    at=self.received_at,
                )
            case "authorization_code":
                return grants.by_code(
                    client=client,
                    code=_given(asked.code),
                    redirect_uri=asked.redirect_uri or "",
                    verifier=asked.code_verifier or "",
                    at=self.received_at,
                )
            case "refresh_token":
                return grants.by_refresh_token(
                    client=client,
                    refresh_token=_given(asked.refresh_token),
                    scope=asked.scope,
                    at=self.received_at,
                )
            case "client_credentials":
                return grants.by_client_credentials(client=client, scope=asked.scope, at=self.received_at)
            case None | "":
                raise errors.InvalidTokenRequest
        raise errors.UnsupportedGrantType


def _given(parameter: str | None) -> str:
    """Return a parameter that the grant cannot do without."""
    if not parameter:
        raise errors.InvalidTokenRequest
    return parameter
