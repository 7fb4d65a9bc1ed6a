"""POST /users/start_configuration (contract 5.1)."""

from http import HTTPStatus
from typing import Any, ClassVar

import msgspec

from connectid.devices.authentication import optional_device_basic
from connectid.enrollment import errors, limits
from connectid.enrollment.operations import configuration
from connectid.integrity import errors as integrity
from connectid.integrity.attested import DEFAULT_PACKAGE, Presented
from connectid.integrity.headers import IntegrityHeaders
from connectid.toggles.errors import ConfigurationUnavailable
from connectid.toggles.toggle import Toggle
from connectid.web.client_address import client_address, limit_key
from connectid.web.endpoint import Body, Endpoint, Headers
from connectid.web.problems import Refusal


class Phone(msgspec.Struct):
    """The phone that wants to enrol. ``gps_location`` is ``"latitude longitude altitude accuracy"``."""

    phone_number: str | None = None
    application_id: str | None = None
    gps_location: str | None = None
    cc_device_id: str | None = None
    device: str | None = None


class Configuration(msgspec.Struct, omit_defaults=True):
    """``token`` is the key of the enrollment session; ``otp_fallback`` exists since version 2.0."""

    required_lock: str
    demo_user: bool
    token: str
    toggles: dict[str, Toggle]
    sms_method: str
    otp_fallback: bool | msgspec.UnsetType = msgspec.UNSET


class StartConfiguration(Endpoint):
    """Open an enrollment session for a phone number."""

    auth = (optional_device_basic,)
    spends = (
        limits.SESSIONS_PER_ADDRESS,
        limits.SESSIONS_PER_NUMBER,
    )
    invalid = integrity.PhoneNumberRequired
    refusals: ClassVar = (
        integrity.MissingIntegrityHeaders,
        *integrity.NOT_GENUINE,
        Refusal(integrity.IntegrityServiceUnavailable, HTTPStatus.INTERNAL_SERVER_ERROR),
        errors.UnusablePhoneNumber,
        errors.UnsupportedCountry,
        errors.TooManyRequests,
        ConfigurationUnavailable,
    )

    def post(self, parsed_body: Body[Phone], parsed_headers: Headers[IntegrityHeaders]) -> Configuration:
        presented = Presented(
            token=parsed_headers.token,
            claimed_hash=parsed_headers.claimed_hash,
            package=parsed_body.application_id or DEFAULT_PACKAGE,
            body=self.received_body,
        )
        configured = configuration.start(
            asked=configuration.Asked(
                phone_number=parsed_body.phone_number or "",
                gps_location=parsed_body.gps_location or "",
                installation_id=parsed_body.cc_device_id or "",
                device_model=parsed_body.device or "",
                presented=presented,
                address=limit_key(client_address(self.request)),
            ),
            at=self.received_at,
        )
        return _rendered(configured, version=self.version)


def _rendered(configured: configuration.Configured, *, version: str) -> Configuration:
    answer: dict[str, Any] = {"sms_method": "firebase", "otp_fallback": configured.is_invited}
    if version == "1.0":
        answer = {"sms_method": "personal_id" if configured.is_invited else "firebase"}
    return Configuration(
        required_lock=configured.required_lock,
        demo_user=configured.is_fictitious,
        token=configured.key,
        toggles=configured.toggles,
        **answer,
    )
