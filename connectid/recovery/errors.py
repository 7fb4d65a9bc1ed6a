"""Why recovery is refused."""

from connectid.core.errors import DomainError, Kind


class NoBackupCode(DomainError):
    """The account has no backup code to check. The app crashes on it (contract 5.7)."""

    code = "NO_RECOVERY_PIN_SET"
    kind = Kind.INVALID


class NumberTaken(DomainError):
    """Another active account has the number of this one, so this one stays closed. Deactivate the other one first."""

    code = "NUMBER_TAKEN"
    kind = Kind.CONFLICT


class NotLocked(DomainError):
    """No locked account has this number or username."""

    code = "NOT_LOCKED"
    kind = Kind.NOT_FOUND


class UnknownSecret(DomainError):
    """The secret opens no live recovery session of this number (contract 9)."""

    code = "INVALID_SECRET_KEY"
    kind = Kind.UNAUTHENTICATED


class WrongStep(DomainError):
    """The recovery session has not come so far, or is past it."""

    code = "INVALID_STEP"
    kind = Kind.UNAUTHENTICATED


class NotANumber(DomainError):
    """The text is no phone number; older apps get the words for a missing one (contract 9)."""

    code = "OTP missing required key phone"
    kind = Kind.INVALID


class IncorrectPassword(DomainError):
    """The password is not the account's, or this session tried too many."""

    code = "INCORRECT_PASSWORD"
    kind = Kind.UNAUTHENTICATED


class IncorrectBackupCode(DomainError):
    """The backup code is wrong, and some tries are left (contract 9)."""

    code = "INCORRECT_CODE"
    kind = Kind.UNAUTHENTICATED


class NobodyToClose(DomainError):
    """The account was closed since its number was proven. A number that nobody has never gets so far (E-22)."""

    code = "USER_DOES_NOT_EXIST"
    kind = Kind.INVALID


class IncorrectClosingCode(DomainError):
    """The code that was to close the account is wrong or used, or too many were tried."""

    code = "INVALID_TOKEN"
    kind = Kind.UNAUTHENTICATED


class ClosingCodeExpired(DomainError):
    """The code that was to close the account is over: ten minutes after it was sent."""

    code = "TOKEN_EXPIRED"
    kind = Kind.UNAUTHENTICATED


class MissingBackupCode(DomainError):
    """The body has no backup code: six digits (contract 9)."""

    code = "MISSING_RECOVERY_PIN"
    kind = Kind.INVALID


class NoPassword(DomainError):
    """The body has no password."""

    code = "No password provided"
    kind = Kind.INVALID
