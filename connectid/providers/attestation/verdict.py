"""Whether an attestation is good enough for the request it came with (contract 5.1, E-40 to E-42)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from connectid.providers.attestation import Attestation
from connectid.providers.attestation.request_hash import same_hash

CLOCK_SKEW = timedelta(minutes=1)  # how far ahead of ours Google's clock may be


class SubCode(StrEnum):
    """The ``error_sub_code`` of a 403 ``INTEGRITY_ERROR``; the app knows no others."""

    REQUEST = "INTEGRITY_REQUEST_ERROR"
    APP = "APP_INTEGRITY_ERROR"
    DEVICE = "DEVICE_INTEGRITY_ERROR"
    LICENSE = "UNLICENSED_APP_ERROR"


@dataclass(frozen=True, slots=True)
class Problem:
    """Why an attestation was refused: ``sub_code`` for the phone, ``reason`` for our logs (a fixed set of words)."""

    sub_code: SubCode
    reason: str


def judge(
    attestation: Attestation,
    *,
    expected_hash: str,
    package: str,
    allowed_packages: Collection[str],
    at: datetime,
    fictitious: bool,
    max_age: timedelta | None = timedelta(minutes=10),
    require_play_recognized: bool = False,
    allowed_certificates: Collection[str] = (),
) -> Problem | None:
    """Return the first thing wrong with ``attestation``, in the order of contract 5.1, or ``None``.

    ``package`` is the one the phone named; ``allowed_packages`` are ours. The statement may be ``max_age`` old, or of any
    age where that is None. ``fictitious`` says that the phone number
    is one of the demo numbers, for which an emulator is a fine device and the licence is not looked at.
    ``allowed_certificates`` are SHA-256 digests in base64url of the signing certificates we accept; empty means any.
    """
    return (
        _request_problem(attestation, expected_hash=expected_hash, package=package, at=at, max_age=max_age)
        or _app_problem(
            attestation,
            package=package,
            allowed_packages=allowed_packages,
            require_play_recognized=require_play_recognized,
            allowed_certificates=allowed_certificates,
        )
        or _device_problem(attestation, fictitious=fictitious)
        or _license_problem(attestation, fictitious=fictitious)
    )


def _request_problem(
    attestation: Attestation, *, expected_hash: str, package: str, at: datetime, max_age: timedelta | None
) -> Problem | None:
    # An empty hash would let a token that was bound to nothing pass for a request that claims nothing.
    if not attestation.request_hash or not same_hash(attestation.request_hash, expected_hash):
        return Problem(SubCode.REQUEST, "other_request")
    if attestation.request_package != package:
        return Problem(SubCode.REQUEST, "other_request_package")
    if max_age is None:
        return None
    age = _age(attestation.timestamp_millis, at=at)
    if age is None or not -CLOCK_SKEW <= age <= max_age:
        return Problem(SubCode.REQUEST, "stale")
    return None


def _age(timestamp_millis: int | None, *, at: datetime) -> timedelta | None:
    """Return how long ago the token was made; ``None`` when it does not say so, or names a time that does not exist."""
    if timestamp_millis is None:
        return None
    try:
        return at - datetime.fromtimestamp(timestamp_millis / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _app_problem(
    attestation: Attestation,
    *,
    package: str,
    allowed_packages: Collection[str],
    require_play_recognized: bool,
    allowed_certificates: Collection[str],
) -> Problem | None:
    if attestation.app_package != package:
        return Problem(SubCode.APP, "other_app_package")
    if package not in allowed_packages:
        return Problem(SubCode.APP, "unknown_app")
    if require_play_recognized and attestation.app_recognition != "PLAY_RECOGNIZED":
        return Problem(SubCode.APP, "app_not_recognized")
    if allowed_certificates and set(allowed_certificates).isdisjoint(attestation.certificate_digests):
        return Problem(SubCode.APP, "unknown_certificate")
    return None


def _device_problem(attestation: Attestation, *, fictitious: bool) -> Problem | None:
    accepted = (
        {"MEETS_DEVICE_INTEGRITY", "MEETS_VIRTUAL_INTEGRITY"} if fictitious else {"MEETS_DEVICE_INTEGRITY"}
    )
    if accepted.isdisjoint(attestation.device_labels):
        return Problem(SubCode.DEVICE, "device_not_genuine")
    return None


def _license_problem(attestation: Attestation, *, fictitious: bool) -> Problem | None:
    # UNEVALUATED passes: Google does not look at the licence of a device it did not recognise (contract 5.1).
    if attestation.app_licensing == "UNLICENSED" and not fictitious:
        return Problem(SubCode.LICENSE, "unlicensed")
    return None
