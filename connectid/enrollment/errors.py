"""Every refusal of enrolment, with its wire code. Which key carries the code differs by endpoint: see the views."""

from connectid.core.errors import DomainError, FieldsRefused, Kind


class InvalidSession(DomainError):
    """No enrollment session has this key. The app crashes on it, so expired sessions are kept for days (contract A3)."""

    code = "INVALID_TOKEN"
    kind = Kind.UNAUTHENTICATED


class SessionExpired(DomainError):
    """The enrollment session is over: four hours after it was opened, or after support read its code out."""

    code = "TOKEN_EXPIRED"
    kind = Kind.UNAUTHENTICATED


class UnusablePhoneNumber(DomainError):
    """The number is no phone number of any country; the app shows this gracefully (contract 5.1, E-69)."""

    code = "PHONE_NOT_VALIDATED"
    kind = Kind.FORBIDDEN


class UnsupportedCountry(DomainError):
    """Sign-ups from this country are switched off."""

    code = "UNSUPPORTED_COUNTRY"
    kind = Kind.FORBIDDEN


class TooManyRequests(DomainError):
    """This number, address, session or client asked too often."""

    code = "RATE_LIMITED"
    kind = Kind.RATE_LIMITED


class PhoneNotProven(DomainError):
    """The session has not shown control of its number yet."""

    code = "PHONE_NOT_VALIDATED"
    kind = Kind.FORBIDDEN


class NotInvited(DomainError):
    """Codes by our own SMS are for invited numbers only."""

    code = "NOT_ALLOWED"
    kind = Kind.FORBIDDEN


class MissingIdToken(DomainError):
    """The body has no Firebase ID token."""

    code = "MISSING_TOKEN"
    kind = Kind.INVALID


class IdTokenRefused(DomainError):
    """The Firebase ID token is forged, expired or of another project."""

    code = "FAILED_VALIDATING_TOKEN"
    kind = Kind.INVALID


class IdTokenWithoutUid(DomainError):
    """The Firebase ID token names no user."""

    code = "INVALID_TOKEN"
    kind = Kind.INVALID


class PhoneMismatch(DomainError):
    """The Firebase ID token proves another number than the session's."""

    code = "PHONE_MISMATCH"
    kind = Kind.INVALID


class ProofUnavailable(DomainError):
    """Google's certificates cannot be read; the token may be fine, so the app may retry (contract 5.2)."""

    code = "CONFIGURATION_TEMPORARILY_UNAVAILABLE"
    kind = Kind.UNAVAILABLE


class NoCodeToRead(DomainError):
    """The number has no live session with a usable code (contract 7.9, E-75)."""

    code = "SESSION_NOT_FOUND"
    kind = Kind.NOT_FOUND


class MissingPhoneNumber(DomainError):
    """The query names no phone number."""

    code = "MISSING_DATA"
    kind = Kind.INVALID


class NameRequired(DomainError):
    """The body names nobody."""

    code = "NAME_REQUIRED"
    kind = Kind.INVALID


class MissingProfile(DomainError):
    """Name, backup code or photo is missing, or the name is longer than any name."""

    code = "MISSING_DATA"
    kind = Kind.INVALID


class ActiveAccountExists(DomainError):
    """An active account has this number already. Under ``error_code`` this would crash the app (contract 4.1)."""

    code = "ACTIVE_USER_EXISTS"
    kind = Kind.UNAUTHENTICATED


class MissingEmail(DomainError):
    """The body lacks the email address or the code."""

    code = "MISSING_DATA"
    kind = Kind.INVALID


class InvalidEmail(DomainError):
    """The address is malformed, or no code was sent to it."""

    code = "INVALID_DATA"
    kind = Kind.INVALID


class RegistrationRefused(FieldsRefused):
    """Name, password or a number cannot be taken, or another account has the username (contract 9)."""

    names = ("username", "password", "phone_number", "recovery_phone", "name")


class MissingBackupCode(DomainError):
    """The body has no backup code. Not counted as a try, and not a 400, which would crash the app (contract 17.6)."""

    code = "MISSING_BACKUP_CODE"
    kind = Kind.FORBIDDEN


class NoAccount(DomainError):
    """The number has no active account to recover (contract 5.7, E-47)."""

    code = "Not found."
    kind = Kind.NOT_FOUND
