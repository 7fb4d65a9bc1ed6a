"""Why a client cannot be registered."""

from connectid.core.errors import DomainError, Kind


class ClientExists(DomainError):
    """Another client, differing in its grant, type, secret or permissions, already has this client id."""

    code = "CLIENT_EXISTS"
    kind = Kind.CONFLICT
