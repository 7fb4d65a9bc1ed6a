"""Why a message server cannot be registered."""

from connectid.core.errors import DomainError, Kind


class MessageServerExists(DomainError):
    """Another message server, differing in its secret or addresses, already has this client id."""

    code = "MESSAGE_SERVER_EXISTS"
    kind = Kind.CONFLICT
