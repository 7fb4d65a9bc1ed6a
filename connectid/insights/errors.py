"""Why an insight is refused."""

from connectid.core.errors import DomainError, Kind


class MissingUsername(DomainError):
    """The body names nobody (E-51)."""

    code = "MISSING_DATA"
    kind = Kind.INVALID


class InvalidDate(DomainError):
    """``hq_sso_date`` is no moment in ISO 8601 (E-51)."""

    code = "INVALID_DATE"
    kind = Kind.INVALID


class NoSuchUser(DomainError):
    """Nobody has that username. The wording is the contract's (7.6)."""

    code = "No ConnectUser matches the given query."
    kind = Kind.NOT_FOUND
