"""Why a client cannot be registered, and why a token is not believed."""

from connectid.core.errors import DomainError, Kind


class ClientExists(DomainError):
    """Another client, differing in its grant, type, secret or permissions, already has this client id."""

    code = "CLIENT_EXISTS"
    kind = Kind.CONFLICT


class InvalidAccessToken(DomainError):
    """The access token is unknown, expired, revoked, or of an account that may not sign in."""

    code = "Authentication credentials were not provided."
    kind = Kind.UNAUTHENTICATED


class InvalidToken(DomainError):
    """At userinfo: there is no access token, or one without the scope ``openid``, or it is not believed (RFC 6750, 3.1)."""

    code = "invalid_token"
    kind = Kind.UNAUTHENTICATED


class RotationUnderWay(DomainError):
    """The next signing key waits to take over already; ``rotate-oidc-key --now`` lets it sign at once."""

    code = "ROTATION_UNDER_WAY"
    kind = Kind.CONFLICT


class InvalidClient(DomainError):
    """No client has these credentials, or a confidential one gave none (RFC 6749 section 5.2)."""

    code = "invalid_client"
    kind = Kind.UNAUTHENTICATED


class InvalidTokenRequest(DomainError):
    """A parameter is missing, malformed or given twice."""

    code = "invalid_request"
    kind = Kind.INVALID


class UnsupportedGrantType(DomainError):
    """A grant type other than password, client_credentials, authorization_code and refresh_token."""

    code = "unsupported_grant_type"
    kind = Kind.INVALID


class GrantNotForClient(DomainError):
    """The client was registered for another grant; the password grant is the app's alone (RFC 9700 section 2.4)."""

    code = "unauthorized_client"
    kind = Kind.INVALID


class UnknownScope(DomainError):
    """None of the scopes asked for exists, or a refresh asks for more than was granted."""

    code = "invalid_scope"
    kind = Kind.INVALID


class InvalidCredentials(DomainError):
    """No active account has this username and credential. The app forgets its user on it (contract 4.1)."""

    code = "invalid_grant"
    kind = Kind.INVALID


class InvalidAuthorizationCode(DomainError):
    """The code is unknown, used, expired or another client's, or its redirect address or verifier do not fit."""

    code = "invalid_grant"
    kind = Kind.INVALID


class InvalidRefreshToken(DomainError):
    """The refresh token is unknown, exchanged before, expired, revoked or another client's."""

    code = "invalid_grant"
    kind = Kind.INVALID
