"""Why an issuer, a batch of awards or a link is refused."""

from connectid.core.errors import DomainError, Kind


class IssuerExists(DomainError):
    """Another issuer, differing in its secret, authority or environment, already has this client id."""

    code = "ISSUER_EXISTS"
    kind = Kind.CONFLICT


class UnknownIssuer(DomainError):
    """No active issuer has this client id."""

    code = "INVALID_CREDENTIALS"
    kind = Kind.UNAUTHENTICATED


class MissingData(DomainError):
    """The body has no list of credentials, or an empty one."""

    code = "MISSING_DATA"
    kind = Kind.INVALID


class UnknownInvitation(DomainError):
    """No award that stands has this link."""

    code = "This link is invalid. Please try again"
    kind = Kind.NOT_FOUND


class UnknownAward(DomainError):
    """The caller holds no such credential, or it was revoked."""

    code = "No credential matches the given query."
    kind = Kind.NOT_FOUND


class UnknownStatusList(DomainError):
    """No status list has this number."""

    code = "No status list matches the given query."
    kind = Kind.NOT_FOUND


class UnknownKey(DomainError):
    """No published key has this thumbprint."""

    code = "No key matches the given query."
    kind = Kind.NOT_FOUND
