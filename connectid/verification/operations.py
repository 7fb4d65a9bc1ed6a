"""Sending codes and checking them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction

from connectid.core import phone
from connectid.core.keyring import UnknownKey
from connectid.core.phone import PhoneNumber
from connectid.verification import challenges, codes, counters, limits, metrics, tasks
from connectid.verification.counters import Taking
from connectid.verification.errors import IncorrectCode
from connectid.verification.models import Challenge, Transport

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Sending:
    """What became of a wish to send.

    ``retry_after`` is in seconds; None with ``accepted`` false means that waiting will not help: the line takes no texts, or
    its country gets none.
    """

    accepted: bool
    retry_after: int | None = None


def send(
    *,
    address: str,
    transport: Transport | str,
    purpose: str,
    scope: str,
    lifetime: timedelta,
    at: datetime,
) -> Sending:
    """Have a code sent to ``address``: an E.164 number (``core.phone``) or an email address.

    A challenge exists afterwards in any case, so that support can read its code out although no text could be sent. A resend
    repeats the code unless that expires within five minutes (contract 5.3). ``lifetime`` is that of a new code. Nothing is
    sent here: a job does, once the caller's transaction is committed.

    Six statements with the job's, one when refused before the gap ends, at most seven when a limit refuses. The rows of the widest limits stay locked until the
    caller's transaction ends, so call this last in it. Raises ``UnparsablePhoneNumber`` for an SMS to what is no number.
    """
    number = phone.parse(address) if transport == Transport.SMS else None
    with transaction.atomic(savepoint=False):
        challenge = challenges.hold(
            address=address, transport=transport, purpose=purpose, scope=scope, lifetime=lifetime, at=at
        )
        was_dead = not challenge.is_live(at)
        if was_dead:
            challenge.renew(lifetime=lifetime, at=at)
        sending = _admit(challenge, number, at)
        if sending.accepted:
            if challenge.created_at != at and challenge.expires_at - at <= limits.RENEWED_WITHIN:
                challenge.renew(lifetime=lifetime, at=at)
            challenge.note_send(at)
        if sending.accepted or was_dead:
            challenge.save(force_update=True)
        if sending.accepted and not (number and phone.is_fictitious(number)):
            tasks.send_challenge.enqueue(challenge.pk)
    metrics.SENDS.labels(challenge.transport, "accepted" if sending.accepted else "refused").inc()
    return sending


def check(*, address: str, purpose: str, scope: str, code: str, at: datetime) -> IncorrectCode | None:
    """Use up the live code if ``code`` is it: None. Otherwise return the refusal.

    It is returned and not raised, so that the caller's transaction commits the counted try; raise it after the commit. All
    refusals are alike, whether the code was wrong, dead, never asked for or tried too often (``errors.IncorrectCode``).

    The code is gone after the first success. When the answer to that is lost, the phone asks again with the same code: callers
    remember what was proven and answer a repeat in the same scope from that, without asking here.

    Two statements, one when the address has no tries left, four for a right code.
    """
    checking = Taking(limits.CHECKS_PER_ADDRESS, _subject(address))
    if not counters.take([checking], at=at):
        return _refused("no_tries_left")
    challenge = challenges.count_check(address=address, purpose=purpose, scope=scope, at=at)
    if challenge is None:
        return _refused("no_live_code")
    if not codes.matches(challenge, code):
        return _refused("wrong_code")
    if not challenges.consume(challenge, at=at):
        return _refused("no_live_code")
    sent_by_text = challenge.transport == Transport.SMS
    counters.settle(checking, prefix=phone.parse(address).prefix() if sent_by_text else None)
    metrics.CHECKS.labels("right").inc()
    return None


def manual_code(
    *, address: str, purpose: str, scope: str | None = None, at: datetime, valid_until: datetime
) -> str | None:
    """The live code of ``address``, for support to read out (contract 7.9): of ``scope``, or the one made last.

    It stays valid at least until ``valid_until``, and is marked as manual. None when there is none that could still be the
    right answer: used, expired, or tried too often. Two statements.
    """
    live = challenges.live(address=address, purpose=purpose, scope=scope, at=at)
    challenge = live.first()
    if challenge is None:
        return None
    try:
        code = codes.code_of(challenge)
    except UnknownKey:
        return None
    until = max(challenge.expires_at, valid_until)
    # Again only if live: it may have been used or replaced since it was read.
    marked = live.filter(pk=challenge.pk, nonce=challenge.nonce).update(expires_at=until, made_manual_at=at)
    return code if marked else None


def _admit(challenge: Challenge, number: PhoneNumber | None, at: datetime) -> Sending:
    """Decide whether the code may be sent now, and count it against every limit if so."""
    wait = challenge.resend_wait(at)
    if wait:
        return Sending(accepted=False, retry_after=wait)
    if number is not None:
        if phone.is_fictitious(number):
            return Sending(accepted=True)
        if not _gets_texts(number):
            log.info("code_not_sent", reason="takes_no_texts", transport=challenge.transport)
            return Sending(accepted=False)
    takings = _takings(challenge, number)
    with transaction.atomic():
        if counters.take(takings, at=at):
            return Sending(accepted=True)
        transaction.set_rollback(True)  # a text that is not sent costs nobody anything
    refused = counters.why(takings, at=at)
    log.warning(
        "code_not_sent",
        reason="limit",
        limit=refused.limit,
        transport=challenge.transport,
        retry_after=refused.retry_after,
    )
    return Sending(accepted=False, retry_after=refused.retry_after)


def _takings(challenge: Challenge, number: PhoneNumber | None) -> list[Taking]:
    """What one send counts against, from the narrowest limit to the widest."""
    takings = [
        Taking(limits.SENDS_PER_SCOPE, f"{challenge.purpose}/{challenge.scope}"),
        Taking(limits.SENDS_PER_ADDRESS, _subject(challenge.address)),
    ]
    if number is not None:
        takings += [
            Taking(limits.TEXTS_PER_PREFIX, number.prefix()),
            Taking(limits.texts_per_country(), str(number.country_code)),
            Taking(limits.texts_in_all(), ""),
        ]
    return takings


def _gets_texts(number: PhoneNumber) -> bool:
    countries = settings.SMS_COUNTRIES
    return number.textable and (not countries or number.region in countries)


def _subject(address: str) -> str:
    """Under what an address is counted: mail servers ignore the case of letters, so we do not count by it."""
    return address.lower()


def _refused(reason: str) -> IncorrectCode:
    log.info("code_refused", reason=reason)
    metrics.CHECKS.labels(reason).inc()
    return IncorrectCode()
