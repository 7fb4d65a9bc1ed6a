"""GET /o/.well-known/openid-configuration (contract 14.6; OpenID Connect Discovery 1.0, RFC 8414, RFC 9207).

The same document is at the two addresses that RFC 8414 section 3 derives from the issuer, whose path they end in.
"""

from datetime import timedelta

import msgspec
from django.conf import settings

from connectid.oauth import claims, signing
from connectid.web.published import PublishedEndpoint

_SECRETS = ["client_secret_basic", "client_secret_post"]


class ProviderMetadata(msgspec.Struct, kw_only=True):
    """What the server can do, and where; nothing that it cannot."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str
    jwks_uri: str
    revocation_endpoint: str
    introspection_endpoint: str
    end_session_endpoint: str
    scopes_supported: list[str]
    response_types_supported: list[str]
    response_modes_supported: list[str]
    grant_types_supported: list[str]
    subject_types_supported: list[str]
    id_token_signing_alg_values_supported: list[str]
    token_endpoint_auth_methods_supported: list[str]
    revocation_endpoint_auth_methods_supported: list[str]
    introspection_endpoint_auth_methods_supported: list[str]
    code_challenge_methods_supported: list[str]
    claims_supported: list[str]
    prompt_values_supported: list[str]
    ui_locales_supported: list[str]
    claims_parameter_supported: bool = False
    request_parameter_supported: bool = False
    request_uri_parameter_supported: bool = False
    """Said because it is true where nothing is said."""
    authorization_response_iss_parameter_supported: bool = True


class OpenidConfiguration(PublishedEndpoint):
    """What this OpenID Provider can do, and where. The app's password grant is left out: it is open to nobody else."""

    kept = timedelta(hours=1)

    def get(self) -> ProviderMetadata:
        issuer = signing.issuer()
        return ProviderMetadata(
            issuer=issuer,
            authorization_endpoint=f"{issuer}/authorize/",
            token_endpoint=f"{issuer}/token/",
            userinfo_endpoint=f"{issuer}/userinfo/",
            jwks_uri=f"{issuer}/.well-known/jwks.json",
            revocation_endpoint=f"{issuer}/revoke_token/",
            introspection_endpoint=f"{issuer}/introspect/",
            end_session_endpoint=f"{issuer}/logout/",
            scopes_supported=list(settings.OAUTH2_PROVIDER["SCOPES"]),
            response_types_supported=["code"],
            response_modes_supported=["query"],
            grant_types_supported=["authorization_code", "refresh_token", "client_credentials"],
            subject_types_supported=["public"],
            id_token_signing_alg_values_supported=[signing.ALGORITHM],
            token_endpoint_auth_methods_supported=[*_SECRETS, "none"],
            revocation_endpoint_auth_methods_supported=[*_SECRETS, "none"],
            introspection_endpoint_auth_methods_supported=_SECRETS,
            code_challenge_methods_supported=["S256"],
            claims_supported=[*claims.PROTOCOL, *claims.SUPPORTED],
            prompt_values_supported=["none", "login", "consent", "select_account"],
            ui_locales_supported=[code for code, _ in settings.LANGUAGES],
        )
