"""Why a code is refused."""

from connectid.core.errors import DomainError, Kind


class IncorrectCode(DomainError):
    """The code is wrong, expired, already used, was never asked for, or too many were tried.

    One answer for all of them: whoever guesses must not learn which, nor when to come back (contract 5.4, E-20, E-49).
    """

    code = "INCORRECT_OTP"
    kind = Kind.UNAUTHENTICATED
