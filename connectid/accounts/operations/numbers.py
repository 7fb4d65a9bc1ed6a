"""The numbers of an account, as older apps prove and change them (contract 9).

A number that such an app names is the account's only once a code proved it. Until then it stands in ``unproven_number``, where
it counts for nothing: it keeps nobody from enrolling it, and no partner server is told of it (E-21, E-59).
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from connectid.accounts import errors, limits, queries, tasks
from connectid.accounts.models import Account
from connectid.core import phone, ratelimit
from connectid.core.phone import UnparsablePhoneNumber
from connectid.core.ratelimit import Throttled
from connectid.verification import counters
from connectid.verification import operations as verification
from connectid.verification.counters import Taking
from connectid.verification.models import Transport

OWN_NUMBER = "own_number"
"""Purpose of the codes that prove an account's number."""

SECOND_NUMBER = "second_number"
"""Purpose of the codes that prove an account's second number."""

REPEATED_AFTER = timedelta(seconds=10)
"""A request that comes sooner after the one that succeeded is a second use of the code, not a repeat of a lost one."""

REPEATED_UNTIL = timedelta(minutes=10)
"""After this, a code is a code: an app does not repeat a request for longer."""


def send_code(*, account_id: int, at: datetime) -> None:
    """Have a code texted to the number that the account waits to prove, or to its own.

    Silently nothing where a limit says wait, as for an enrolling phone (E-76).
    """
    number = queries.numbers(account_id).to_prove
    if number:
        _send(number, OWN_NUMBER, account_id, at)


def send_code_to_second(*, account_id: int, at: datetime) -> None:
    """Have a code texted to the account's second number. Raises :class:`~connectid.accounts.errors.NoSecondNumber`."""
    number = queries.numbers(account_id).secondary_phone
    if not number:
        raise errors.NoSecondNumber
    _send(number, SECOND_NUMBER, account_id, at)


def confirm(*, account_id: int, code: str, at: datetime) -> None:
    """Make the number that the code proves the account's own.

    Raises :class:`~connectid.accounts.errors.IncorrectToken`; and, because whoever reads a number's texts may know it,
    :class:`~connectid.accounts.errors.NumberOwned` and :class:`~connectid.accounts.errors.LockedAccount` where another account
    has the number.
    """
    known = queries.numbers(account_id)
    if not known.to_prove:
        raise errors.IncorrectToken
    if not known.unproven_number and _is_repeat(known.phone_proven_at, at):
        return
    with transaction.atomic():
        refusal = verification.check(
            address=known.to_prove, purpose=OWN_NUMBER, scope=_scope(account_id), code=code, at=at
        )
        taken = None if refusal else _own(account_id, known.to_prove, at)
    # Only now: an exception inside would undo the count of this attempt.
    if refusal is not None:
        raise errors.IncorrectToken from refusal
    if taken is not None:
        raise taken


def confirm_second(*, account_id: int, code: str, at: datetime) -> None:
    """Remember that the account's second number is proven.

    Raises :class:`~connectid.accounts.errors.NoSecondNumber` and :class:`~connectid.accounts.errors.IncorrectToken`.
    """
    known = queries.numbers(account_id)
    if not known.secondary_phone:
        raise errors.NoSecondNumber
    if _is_repeat(known.secondary_phone_proven_at, at):
        return
    with transaction.atomic():
        refusal = verification.check(
            address=known.secondary_phone,
            purpose=SECOND_NUMBER,
            scope=_scope(account_id),
            code=code,
            at=at,
        )
        if refusal is None:
            unchanged = Account.objects.filter(pk=account_id, secondary_phone=known.secondary_phone)
            unchanged.update(secondary_phone_proven_at=at)
    if refusal is not None:
        raise errors.IncorrectToken from refusal


def change(*, account_id: int, old: str, new: str, at: datetime) -> None:
    """Let the account wait for the proof of another number than the one that it waits for.

    Raises :class:`~connectid.accounts.errors.NumberProven`, :class:`~connectid.accounts.errors.OtherOldNumber` and
    :class:`~connectid.accounts.errors.NewNumberRefused`.
    """
    known = queries.numbers(account_id)
    if known.phone_number:
        raise errors.NumberProven
    if not known.unproven_number or e164(old) != known.unproven_number:
        raise errors.OtherOldNumber
    number = e164(new)
    if number is None:
        raise errors.NewNumberRefused({"phone_number": ["Enter a valid phone number."]})
    waiting = Account.objects.filter(pk=account_id, phone_number="", unproven_number=known.unproven_number)
    if not waiting.update(unproven_number=number, unproven_since=at):
        raise errors.OtherOldNumber


def require_available(*, number: str, address: str, at: datetime) -> None:
    """Raise :class:`~connectid.accounts.errors.NumberTaken` where an active account has the number.

    Who asks, and how much is asked in all, is limited before anything is looked up, and alike for every number (E-22).
    ``address`` is what limits per address count by. Raises :class:`~connectid.accounts.errors.NoNumber` and
    :class:`~connectid.core.ratelimit.Throttled`.
    """
    asked = e164(number)
    if asked is None:
        raise errors.NoNumber
    ratelimit.spend(limits.AVAILABILITY_PER_ADDRESS, address)
    asking = Taking(limits.AVAILABILITY_IN_ALL, "")
    if not counters.take([asking], at=at):
        raise Throttled(retry_after=counters.why([asking], at=at).retry_after)
    if queries.is_number_taken(asked):
        raise errors.NumberTaken


def e164(number: str) -> str | None:
    """Return ``number`` as it is kept, or None for what is no phone number."""
    try:
        return phone.parse(number).e164
    except UnparsablePhoneNumber:
        return None


def _send(number: str, purpose: str, account_id: int, at: datetime) -> None:
    with transaction.atomic():
        verification.send(
            address=number,
            transport=Transport.SMS,
            purpose=purpose,
            scope=_scope(account_id),
            lifetime=timedelta(seconds=settings.CODE_LIFETIME),
            at=at,
        )


def _own(account_id: int, number: str, at: datetime) -> Exception | None:
    """Give the account the number that it proved, inside the caller's transaction; or say who has it."""
    if Account.objects.filter(pk=account_id, phone_number=number).update(phone_proven_at=at):
        return None
    if queries.is_number_locked(number):
        return errors.LockedAccount()
    waiting = Account.objects.filter(pk=account_id, unproven_number=number)
    try:
        with transaction.atomic():
            owned = waiting.update(
                phone_number=number, phone_proven_at=at, unproven_number="", unproven_since=None
            )
    except IntegrityError:
        return errors.NumberOwned()
    if not owned:  # the account names another number since the code was looked at
        return errors.IncorrectToken()
    tasks.tell_connect_of_sign_up.enqueue(account_id)
    return None


def _is_repeat(proven_at: datetime | None, at: datetime) -> bool:
    return proven_at is not None and REPEATED_AFTER <= at - proven_at < REPEATED_UNTIL


def _scope(account_id: int) -> str:
    return f"account:{account_id}"
