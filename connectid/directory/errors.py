"""Why a look-up is refused."""

from connectid.core.errors import DomainError, Kind


class NumbersRefused(DomainError):
    """More than 1,000 numbers in one request, or a NUL character among them."""

    code = "NUMBERS_REFUSED"
    kind = Kind.INVALID


class NothingToFilterBy(DomainError):
    """Neither a country nor a credential is named."""

    code = "you must have a country or a credential"
    kind = Kind.INVALID


class TooManyFound(DomainError):
    """More than 10,000 accounts match: name a credential as well."""

    code = "too many users match"
    kind = Kind.INVALID
