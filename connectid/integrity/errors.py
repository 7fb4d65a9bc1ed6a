"""Why a request is not taken for one of a genuine app on a genuine device. The app knows these codes and no others."""

from connectid.core.errors import DomainError, Kind


class MissingIntegrityHeaders(DomainError):
    """The attestation headers are absent, or empty because the app could not obtain a token."""

    code = "MISSING_DATA"
    sub_code = "INTEGRITY_HEADERS"
    kind = Kind.INVALID


class PhoneNumberRequired(DomainError):
    """The request names no phone number."""

    code = "MISSING_DATA"
    sub_code = "PHONE_NUMBER_REQUIRED"
    kind = Kind.INVALID


class ReportIncomplete(DomainError):
    """An integrity report lacks a field or an attestation, or says why the phone could not make one."""

    code = "MISSING_DATA"
    kind = Kind.INVALID


class NotGenuine(DomainError):
    """Never answered as such, but with one of the sub codes the app knows: one that has none crashes it (contract 4.1)."""

    code = "INTEGRITY_ERROR"
    kind = Kind.FORBIDDEN


class RequestNotGenuine(NotGenuine):
    """The attestation is for another request, too old, or was presented before."""

    sub_code = "INTEGRITY_REQUEST_ERROR"


class AppNotGenuine(NotGenuine):
    """The app is not one of ours."""

    sub_code = "APP_INTEGRITY_ERROR"


class DeviceNotGenuine(NotGenuine):
    """Google does not vouch for the device."""

    sub_code = "DEVICE_INTEGRITY_ERROR"


class AppNotLicensed(NotGenuine):
    """The app was not installed from Google Play by this user."""

    sub_code = "UNLICENSED_APP_ERROR"


class IntegrityServiceUnavailable(DomainError):
    """The attestation service did not decode the token. The wire has 500 for it, not 503 (contract 5.1)."""

    code = "INTEGRITY_SERVICE_UNAVAILABLE"
    kind = Kind.UNAVAILABLE


NOT_GENUINE: tuple[type[NotGenuine], ...] = (
    RequestNotGenuine,
    AppNotGenuine,
    DeviceNotGenuine,
    AppNotLicensed,
)
"""What a judged attestation may be refused with, for the ``refusals`` of an endpoint."""
