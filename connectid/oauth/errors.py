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


class GarbledAppRequest(DomainError):
    """The app's own request has a parameter twice, so that it was garbled on its way: not the 400 on which the app forgets its user."""

    code = "invalid_request"
    kind = Kind.UNAUTHENTICATED


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


class UnknownClient(DomainError):
    """No client that sends people to sign in has this client id; said to the person, for there is nowhere to send them back to."""

    code = "UNKNOWN_CLIENT"
    kind = Kind.INVALID


class InvalidIdTokenHint(DomainError):
    """This server did not sign the id token that is to say who asks for a logout, or did so for another client; said to the person."""

    code = "INVALID_ID_TOKEN_HINT"
    kind = Kind.INVALID


class UnregisteredRedirect(DomainError):
    """The client never registered this redirect address; said to the person, for sending anybody there would help a phisher."""

    code = "UNREGISTERED_REDIRECT_URI"
    kind = Kind.INVALID


class AuthorizationRefused(DomainError):
    """Why a client gets no code, told at its redirect address (RFC 6749, section 4.1.2.1; OpenID Connect Core, 3.1.2.6)."""

    code = "server_error"
    kind = Kind.INVALID

    def __init__(self, description: str = "") -> None:
        super().__init__()
        self.description = description


class InvalidAuthorizationRequest(AuthorizationRefused):
    """A parameter is missing, malformed or given twice; the description names it."""

    code = "invalid_request"


class UnauthorizedClient(AuthorizationRefused):
    """The client was registered for another grant."""

    code = "unauthorized_client"


class UnsupportedResponseType(AuthorizationRefused):
    """A response type other than `code`: no token of ours travels through a browser."""

    code = "unsupported_response_type"


class InvalidScope(AuthorizationRefused):
    """None of the scopes asked for exists."""

    code = "invalid_scope"


class RequestNotSupported(AuthorizationRefused):
    """The request came as a request object."""

    code = "request_not_supported"


class RequestUriNotSupported(AuthorizationRefused):
    """The request came as the address of a request object."""

    code = "request_uri_not_supported"


class RegistrationNotSupported(AuthorizationRefused):
    """The client described itself in the request; clients are registered by an operator."""

    code = "registration_not_supported"


class LoginRequired(AuthorizationRefused):
    """The person is not signed in, not recently enough, or not as whom the client expects, and may not be asked."""

    code = "login_required"


class ConsentRequired(AuthorizationRefused):
    """The person has not yet consented, and may not be asked."""

    code = "consent_required"


class AccessDenied(AuthorizationRefused):
    """The person said no."""

    code = "access_denied"
