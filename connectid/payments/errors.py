"""Why something about a payment number is refused."""

from connectid.core.errors import DomainError, Kind


class NumberRefused(DomainError):
    """Number or owner's name is missing, the number is no phone number, or the name is longer than any."""

    code = "INVALID_PAYMENT_NUMBER"
    kind = Kind.INVALID


class UpdatesRefused(DomainError):
    """The body is not a list of ``updates``, at most 1,000, each with username, number and one of the three states."""

    code = "INVALID_UPDATES"
    kind = Kind.INVALID


class StatusRefused(DomainError):
    """There is no such state, or the query has more than 1,000 usernames."""

    code = "INVALID_QUERY"
    kind = Kind.INVALID


class NoSuchNumber(DomainError):
    """Somebody named is not paid at that number; nothing of the request was done."""

    code = "NO_SUCH_PAYMENT_NUMBER"
    kind = Kind.NOT_FOUND
