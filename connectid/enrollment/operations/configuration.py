"""Opening an enrollment session: who is asking, from where, on what phone (contract 5.1)."""

import functools
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction

from connectid.accounts import queries as accounts
from connectid.accounts.models import DeviceSecurity
from connectid.core import phone, ratelimit
from connectid.core.phone import PhoneNumber, UnparsablePhoneNumber
from connectid.enrollment import errors, limits, tasks
from connectid.enrollment.models import EnrollmentSession, ProofMethod
from connectid.enrollment.operations import sessions
from connectid.integrity import operations as integrity
from connectid.integrity.attested import Presented
from connectid.integrity.errors import MissingIntegrityHeaders, PhoneNumberRequired
from connectid.providers import carrier, connect, geocoding
from connectid.providers.concurrently import Outcome, at_once
from connectid.providers.country import Coordinates, country_of
from connectid.providers.errors import ProviderError, Rejected
from connectid.toggles import queries as toggles
from connectid.toggles.errors import ConfigurationUnavailable
from connectid.toggles.toggle import Toggles

log = structlog.get_logger(__name__)

DEADLINE = 15.0
"""Seconds for all outside calls together. The app gives up after 30, the contract asks for less than 25 (rule 21)."""

POSITION_DECIMALS = 2
"""Of a degree, about a kilometre: enough for a country, too little to find a house."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the phone says of itself; nothing of it is judged yet. ``address`` is what limits per address count by."""

    phone_number: str
    gps_location: str
    installation_id: str
    device_model: str
    presented: Presented
    address: str


@dataclass(frozen=True)
class Configured:
    """An open session, as the phone needs to know it. ``key`` exists only here."""

    key: str
    required_lock: str
    is_fictitious: bool
    is_invited: bool
    toggles: Toggles


def start(*, asked: Asked, at: datetime) -> Configured:
    """Open an enrollment session.

    What can be judged here is judged first; then the invitation, the attestation and CommCare Connect's toggles are asked
    for at once, so that the answer takes as long as the slowest of them. Invited workers enrol whatever their phone's
    attestation says, because field phones are what they are (E-13); they prove their number all the same.

    Raises the refusals of :mod:`connectid.integrity.errors`, ``UnusablePhoneNumber``, ``UnsupportedCountry``,
    ``TooManyRequests`` and ``ConfigurationUnavailable``.
    """
    number = _number(asked)
    place = _place(asked.gps_location)
    country = _country(place)
    _spend(asked, number)
    outcomes: dict[str, Outcome[Any]] = at_once(
        DEADLINE,
        invited=functools.partial(connect.pick().is_invited, number.e164, deadline=DEADLINE),
        attestation=functools.partial(integrity.decode, asked.presented, deadline=DEADLINE),
        toggles=functools.partial(toggles.fetch, phone_number=number.e164, at=at, deadline=DEADLINE),
    )
    is_invited = _is_invited(outcomes["invited"])
    verdict = integrity.conclude(asked.presented, outcomes["attestation"], number=number, at=at)
    if verdict.refusal is not None and not is_invited:
        raise verdict.refusal
    if verdict.refusal is not None:
        log.warning("integrity_waived", reason=verdict.reason)
    merged = toggles.merged(outcomes["toggles"], at=at)
    lock = accounts.security_of(number.e164) or (
        DeviceSecurity.PIN if is_invited else DeviceSecurity.BIOMETRIC
    )
    key = _open(asked, number, place, country, is_invited=is_invited, at=at)
    return Configured(key, str(lock), phone.is_fictitious(number), is_invited, merged)


def _number(asked: Asked) -> PhoneNumber:
    if not asked.phone_number:
        # Without a number nobody is invited, so missing integrity headers are what the phone must hear of first.
        if not (asked.presented.token and asked.presented.claimed_hash):
            raise MissingIntegrityHeaders
        raise PhoneNumberRequired
    try:
        return phone.parse(asked.phone_number)
    except UnparsablePhoneNumber as error:
        raise errors.UnusablePhoneNumber from error


def _place(gps_location: str) -> Coordinates | None:
    """Where the phone says it is. It proves nothing, so nobody is refused for a text that cannot be read (E-69)."""
    try:
        return Coordinates.parse(gps_location)
    except ValueError:
        return None


def _country(place: Coordinates | None) -> str:
    """The place's country, known offline; the caller is refused where sign-ups are switched off."""
    found = country_of(place.latitude, place.longitude) if place else None
    if found in settings.BLACKLISTED_COUNTRY_CODES:
        raise errors.UnsupportedCountry
    return found or ""


def _spend(asked: Asked, number: PhoneNumber) -> None:
    try:
        ratelimit.spend_all(
            (limits.SESSIONS_PER_ADDRESS, asked.address),
            *(() if phone.is_fictitious(number) else ((limits.SESSIONS_PER_NUMBER, number.e164),)),
        )
    except ratelimit.Throttled as throttled:
        raise errors.TooManyRequests(retry_after=throttled.retry_after) from throttled


def _is_invited(outcome: Outcome[Any]) -> bool:
    try:
        return bool(outcome.result())
    except ProviderError as error:
        raise ConfigurationUnavailable from error


def _open(
    asked: Asked,
    number: PhoneNumber,
    place: Coordinates | None,
    country: str,
    *,
    is_invited: bool,
    at: datetime,
) -> str:
    """Store the session and return its key. A fictitious number counts as proven: no text could reach it."""
    key, digest = sessions.new_key()
    is_fictitious = phone.is_fictitious(number)
    kept = place if settings.MAPBOX_ACCESS_TOKEN else None  # nobody else has a use for it
    session = EnrollmentSession(
        key_digest=digest,
        phone_number=number.e164,
        is_invited=is_invited,
        is_fictitious=is_fictitious,
        country=country,
        latitude=round(kept.latitude, POSITION_DECIMALS) if kept else None,
        longitude=round(kept.longitude, POSITION_DECIMALS) if kept else None,
        installation_id=asked.installation_id[:100],
        device_model=asked.device_model[:255],
        created_at=at,
        expires_at=at + sessions.LIFETIME,
        phone_proven_at=at if is_fictitious else None,
        proof_method=ProofMethod.FICTITIOUS if is_fictitious else "",
    )
    with transaction.atomic():
        session.save(force_insert=True)
        if kept:
            tasks.refine_country.enqueue(session.pk)
        if (
            settings.CARRIER_LOOKUPS and is_invited and not is_fictitious
        ):  # only invited numbers get our texts
            tasks.look_up_line.enqueue(session.pk)
    return key


def look_up_line(*, session_id: int) -> None:
    """Ask the carrier what kind of line a session's number is. A job; raises ``Unavailable``."""
    session = EnrollmentSession.objects.only("phone_number").filter(pk=session_id).first()
    if session is None:
        return
    try:
        line = carrier.pick().look_up(session.phone_number)
    except Rejected:  # no such number; the text that will not arrive says so soon enough
        return
    EnrollmentSession.objects.filter(pk=session_id).update(line_type=line.type, carrier=line.carrier[:100])


def refine_country(*, session_id: int) -> None:
    """Ask the remote geocoder for a session's country, then forget its place. A job; raises ``Unavailable`` and ``Rejected``."""
    session = EnrollmentSession.objects.filter(pk=session_id).first()
    if session is None or session.latitude is None or session.longitude is None:
        return
    try:
        found = geocoding.pick().country_of(Coordinates(session.latitude, session.longitude))
    except Rejected:  # it will never know this place, which is no reason to keep it
        found = None
    EnrollmentSession.objects.filter(pk=session_id).update(
        country=found or session.country, latitude=None, longitude=None
    )
