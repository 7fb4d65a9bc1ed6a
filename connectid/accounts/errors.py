"""Why an account is refused."""

from connectid.core.errors import DomainError, FieldsRefused, Kind


class LockedAccount(DomainError):
    """Too many wrong backup codes, or staff, locked the account of this number."""

    code = "LOCKED_ACCOUNT"
    kind = Kind.UNAUTHENTICATED


class PhotoTooLarge(DomainError):
    """The photo's data URL is longer than 1 MiB."""

    code = "FILE_TOO_LARGE"
    kind = Kind.TOO_LARGE


class PhotoUnusable(DomainError):
    """The photo is no JPEG, PNG or WebP picture, or one of more than 12 megapixels, or could not be looked at now."""

    code = "FAILED_TO_UPLOAD"
    kind = Kind.INVALID


class SecondaryPhoneRefused(DomainError):
    """The secondary phone is no phone number; nothing of the profile was changed."""

    code = "INVALID_SECONDARY_PHONE"
    kind = Kind.FORBIDDEN


class EmailInUse(DomainError):
    """Another active account has this email address."""

    code = "EMAIL_ALREADY_IN_USE"
    kind = Kind.INVALID


class ProfileRefused(DomainError):
    """The name is longer than any name, or a field is not a text. Answered with 403: a 400 would crash the app."""

    code = "INVALID_PROFILE"
    kind = Kind.FORBIDDEN


class StaffExists(DomainError):
    """There is an account of this name; ask for a new password with --reset, if it is a member of staff."""

    code = "STAFF_EXISTS"
    kind = Kind.CONFLICT


class IncorrectToken(DomainError):
    """The code is wrong, expired, already used, was never asked for, or too many were tried: one answer for all."""

    code = "OTP token is incorrect"
    kind = Kind.UNAUTHENTICATED


class NumberOwned(DomainError):
    """The caller showed that the number is theirs, but an active account has it: that one is to be recovered."""

    code = "ACTIVE_USER_EXISTS"
    kind = Kind.UNAUTHENTICATED


class NoSecondNumber(DomainError):
    """The account has no second number that a code could be sent to."""

    code = "Recovery phone number does not exist for user"
    kind = Kind.INVALID


class NumberProven(DomainError):
    """The account's number is proven, so it is not changed."""

    code = "You cannot change a validated number"
    kind = Kind.INVALID


class OtherOldNumber(DomainError):
    """The old number is not the one that the account waits to prove."""

    code = "Old phone number does not match"
    kind = Kind.INVALID


class NumberTaken(DomainError):
    """An active account has the number."""

    code = "NUMBER_TAKEN"
    kind = Kind.FORBIDDEN


class NoNumber(DomainError):
    """The text is no phone number."""

    code = "NO_NUMBER"
    kind = Kind.INVALID


class NewNumberRefused(FieldsRefused):
    """The new number is no phone number."""

    names = ("phone_number",)
