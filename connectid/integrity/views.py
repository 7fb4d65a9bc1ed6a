"""Endpoints about attestation."""

from http import HTTPStatus
from typing import Annotated, ClassVar, Literal

import msgspec
from dmr.metadata import ResponseSpec
from dmr.response import APIError

from connectid.core import phone
from connectid.core.phone import PhoneNumber
from connectid.devices.authentication import optional_device_basic
from connectid.integrity import errors, limits, operations
from connectid.integrity.attested import DEFAULT_PACKAGE, Presented
from connectid.integrity.headers import IntegrityHeaders
from connectid.integrity.models import Result
from connectid.web.client_address import client_address, limit_key
from connectid.web.endpoint import Body, Endpoint, Headers

DECODING = 8.0
"""Seconds for Google's answer; the app waits for ours 30 (contract 1)."""


class Report(msgspec.Struct):
    """A phone's answer to CommCare HQ's request for an attestation."""

    request_id: Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9._:-]+$", max_length=100)]
    cc_device_id: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    device_error: str | None = None
    application_id: str = DEFAULT_PACKAGE
    phone_number: str | None = None


class ReportResult(msgspec.Struct):
    """What became of the report; null where the same one was judged before."""

    result_code: Literal["passed", "failed"] | None


class NoResult(msgspec.Struct):
    """The report could not be judged now."""

    result_code: None = None


class ReportIntegrity(Endpoint):
    """Judge the attestation that CommCare HQ asked a phone for (contract 5.14)."""

    auth = (
        optional_device_basic,
    )  # nobody has to, but a header that is there and wrong is refused (contract 2.5)
    spends = (
        limits.REPORTS_PER_ADDRESS,
        limits.REPORTS_PER_DEVICE,
    )
    refusals: ClassVar = (errors.ReportIncomplete,)
    invalid = errors.ReportIncomplete
    answers: ClassVar = (
        ResponseSpec(
            NoResult,
            status_code=HTTPStatus.INTERNAL_SERVER_ERROR,
            description="Google did not decode the attestation; the phone may report again.",
        ),
    )

    def post(self, parsed_body: Body[Report], parsed_headers: Headers[IntegrityHeaders]) -> ReportResult:
        presented = Presented(
            token=parsed_headers.token,
            claimed_hash=parsed_headers.claimed_hash,
            package=parsed_body.application_id,
            body=self.received_body,
        )
        try:
            result = operations.report(
                presented,
                request_id=parsed_body.request_id,
                installation_id=parsed_body.cc_device_id,
                device_error=parsed_body.device_error or "",
                number=_number(parsed_body.phone_number),
                client=limit_key(client_address(self.request)),
                at=self.received_at,
                deadline=DECODING,
            )
        except errors.IntegrityServiceUnavailable as unavailable:
            # The one error body of the API with a result in it, because that is the only key the app reads here.
            raise APIError(NoResult(), status_code=HTTPStatus.INTERNAL_SERVER_ERROR) from unavailable
        match result:
            case Result.PASSED:
                return ReportResult(result_code="passed")
            case Result.FAILED:
                return ReportResult(result_code="failed")
            case None:
                return ReportResult(result_code=None)


def _number(text: str | None) -> PhoneNumber | None:
    """A number only widens what is accepted (a fictitious one may use an emulator): one that is none is no number."""
    try:
        return phone.parse(text) if text else None
    except phone.UnparsablePhoneNumber:
        return None
