"""Why a device is refused."""

from connectid.core.errors import DomainError, Kind


class InvalidDeviceCredential(DomainError):
    """No active account has this username and device credential."""

    code = "Invalid username/password."
    kind = Kind.UNAUTHENTICATED


class LoginFromDifferentDevice(DomainError):
    """The credential was this device's until the account moved to another one, which was used within the last 30 days."""

    code = "LOGIN_FROM_DIFFERENT_DEVICE"
    kind = Kind.UNAUTHENTICATED


class PasswordTooSimple(DomainError):
    """The password would be guessed too easily."""

    code = "Password is not complex enough"
    kind = Kind.INVALID
