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
