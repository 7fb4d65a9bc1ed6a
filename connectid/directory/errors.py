"""Why a look-up is refused."""

from connectid.core.errors import DomainError, Kind


class NumbersRefused(DomainError):
    """More than 1,000 numbers in one request, or a NUL character among them."""

    code = "NUMBERS_REFUSED"
    kind = Kind.INVALID
