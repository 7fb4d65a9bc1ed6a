"""django-oauth-toolkit's settings: what RFC 9700 asks for, except that the app keeps its password grant (contract 14.1)."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from connectid.config.env import Environment


def oauth_provider(environment: "Environment") -> dict[str, Any]:
    """Return Django's OAUTH2_PROVIDER."""
    return {
        "CLIENT_SECRET_HASHER": "blake2b_keyed",
        "APPLICATION_ADMIN_CLASS": "connectid.oauth.admin.ClientAdmin",
        "ACCESS_TOKEN_ADMIN_CLASS": "connectid.oauth.admin.AccessTokenAdmin",
        "REFRESH_TOKEN_ADMIN_CLASS": "connectid.oauth.admin.RefreshTokenAdmin",
        "GRANT_ADMIN_CLASS": "connectid.oauth.admin.AuthorizationCodeAdmin",
        "ID_TOKEN_ADMIN_CLASS": "connectid.oauth.admin.NoPage",
        "SCOPES": {
            "openid": "Who you are",
            "profile": "Your name",
            "phone": "Your phone number",
            "email": "Your email address",
            "sync": "Synchronise",
        },
        "DEFAULT_SCOPES": ["openid"],
        "REFRESH_TOKEN_REUSE_PROTECTION": True,
        # No OIDC_RSA_PRIVATE_KEY: our own keys sign (connectid.oauth.signing).
        "OIDC_ENABLED": True,
        "OIDC_ISS_ENDPOINT": f"{environment.PUBLIC_URL}/o",
        "PKCE_REQUIRED": True,
        "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
        "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
        # Every app release has the password grant of a public client built in.
        "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": False,
        "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
        "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
        "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
        "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
        "COMPLIANT_BCP_RFC9700_REFRESH_TOKEN": True,
        "COMPLIANT_BCP_RFC9700_REDIRECT_URI_SCHEME": True,
        "COMPLIANT_BCP_RFC9700_REDIRECT_URI_MATCHING": True,
        "COMPLIANT_BCP_RFC9700_PKCE_REQUIRED": True,
    }
