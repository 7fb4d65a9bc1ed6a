"""Why something about an invitation is refused."""

from connectid.core.errors import DomainError, Kind


class InviteIncomplete(DomainError):
    """A part of the invitation is missing, empty or longer than any."""

    code = "MISSING_DATA"
    kind = Kind.INVALID


class UnauthorizedCallback(DomainError):
    """The callback is not below one of the addresses that the settings trust."""

    code = "Unauthorized callback URL"
    kind = Kind.INVALID


class CallbackFailed(DomainError):
    """CommCare HQ could not be reached in time, or did not take the confirmation; the same request may succeed later."""

    code = "Failed to reach callback URL"
    kind = Kind.UNAVAILABLE
