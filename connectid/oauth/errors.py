"""Why a client cannot be registered, and why a token is not believed."""

from connectid.core.errors import DomainError, Kind


class ClientExists(DomainError):
    """Another client, differing in its grant, type, secret or permissions, already has this client id."""

    code = "CLIENT_EXISTS"
    kind = Kind.CONFLICT


class InvalidAccessToken(DomainError):
    """The access token is unknown, expired, revoked, not for this server, or of an account that may not sign in."""

    code = "Authentication credentials were not provided."
    kind = Kind.UNAUTHENTICATED


class RotationUnderWay(DomainError):
    """The next signing key waits to take over already; ``rotate-oidc-key --now`` lets it sign at once."""

    code = "ROTATION_UNDER_WAY"
    kind = Kind.CONFLICT
