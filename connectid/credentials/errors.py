"""Why an issuer cannot be registered."""

from connectid.core.errors import DomainError, Kind


class IssuerExists(DomainError):
    """Another issuer, differing in its secret, authority or environment, already has this client id."""

    code = "ISSUER_EXISTS"
    kind = Kind.CONFLICT
