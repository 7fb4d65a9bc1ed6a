"""A worker names a payment number and proves it; another one later, after a hold."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q

from connectid.accounts.errors import IncorrectToken
from connectid.core import batches, phone
from connectid.core.phone import UnparsablePhoneNumber
from connectid.notifications.models import Kind
from connectid.notifications.operations import notices
from connectid.payments import errors, messages, queries, tasks
from connectid.payments.models import OWNER_NAME_LENGTH, PaymentNumber, Status
from connectid.verification import operations as verification
from connectid.verification.errors import IncorrectCode
from connectid.verification.models import Transport

CODE = "payment_number"
"""Purpose of the codes that prove a payment number; their text says what they are for (``verification.messages``)."""

REPEATED_AFTER = timedelta(seconds=10)
"""A request that comes sooner after the one that succeeded is a second use of the code, not a repeat of a lost one."""

REPEATED_UNTIL = timedelta(minutes=10)
"""An app does not repeat a request for longer."""

UNPROVEN_KEPT = timedelta(days=7)
"""As long as the code that was sent, for support to see why nothing came of it."""


def name_number(*, account_id: int, phone_number: str, owner_name: str, at: datetime) -> None:
    """Let the account wait for the proof of a payment number, and have its code texted there.

    It takes the place of another one that waits. Silently no text where a limit says wait (contract 16, E-26, E-76). Raises
    :class:`~connectid.payments.errors.NumberRefused`.
    """
    owner_name = " ".join(owner_name.split())
    if not owner_name or len(owner_name) > OWNER_NAME_LENGTH:
        raise errors.NumberRefused
    try:
        number = phone.parse(phone_number).e164
    except UnparsablePhoneNumber as error:
        raise errors.NumberRefused from error
    with transaction.atomic():
        _wait_for(account_id, number, owner_name, at)
        verification.send(
            address=number,
            transport=Transport.SMS,
            purpose=CODE,
            scope=_scope(account_id),
            lifetime=timedelta(seconds=settings.CODE_LIFETIME),
            at=at,
        )


def confirm(*, account_id: int, code: str, at: datetime) -> None:
    """Accept the code of the number that waits, and have the account paid there: at once, or after the hold.

    A code works once; an app that missed our answer asks again after its time-out, and then what was proven stays so. Raises
    :class:`~connectid.accounts.errors.IncorrectToken`.
    """
    with transaction.atomic():
        # Of two at once, the second waits here, and then finds nothing that waits.
        waiting = (
            PaymentNumber.objects.select_for_update().filter(account_id=account_id, proven_at=None).first()
        )
        refusal = None if waiting is None else _check(waiting, code, at)
    if waiting is None:
        if _is_repeat(queries.proven_last(account_id), at):
            return
        raise IncorrectToken
    if refusal is not None:
        # Only now: an exception inside would undo the count of this attempt.
        raise IncorrectToken from refusal


def prune(*, at: datetime, batch: int = batches.BATCH) -> int:
    """Forget numbers that nobody proved, ``batch`` rows to a statement; return how many that was."""
    unproven = PaymentNumber.objects.filter(proven_at=None, named_at__lt=at - UNPROVEN_KEPT)
    return batches.delete(unproven, batch=batch)


def _wait_for(account_id: int, number: str, owner_name: str, at: datetime) -> None:
    """Make the account's number to prove this one; two statements, four where another request was quicker."""
    waiting = PaymentNumber.objects.filter(account_id=account_id, proven_at=None)
    named = {"phone_number": number, "owner_name": owner_name, "named_at": at}
    if waiting.update(**named):
        return
    try:
        with transaction.atomic():
            PaymentNumber.objects.create(account_id=account_id, **named)
    except IntegrityError:
        waiting.update(**named)


def _check(waiting: PaymentNumber, code: str, at: datetime) -> IncorrectCode | None:
    refusal = verification.check(
        address=waiting.phone_number, purpose=CODE, scope=_scope(waiting.account_id), code=code, at=at
    )
    if refusal is None:
        _take_over(waiting, at)
    return refusal


def _take_over(waiting: PaymentNumber, at: datetime) -> None:
    """Put the proven number in its place among the account's numbers; inside the caller's transaction."""
    current, held = _current_and_held(waiting.account_id, at)
    known = (number for number in (current, held) if number is not None)
    same = next((number for number in known if number.phone_number == waiting.phone_number), None)
    if held is not None and same is not held:
        held.delete()  # a change that its owner took back before it came into force
    if same is not None:
        waiting.delete()
        _confirm_again(same, waiting.owner_name, at, lasts=same is current)
    else:
        _follow(current, waiting, at)


def _current_and_held(account_id: int, at: datetime) -> tuple[PaymentNumber | None, PaymentNumber | None]:
    """The number in force, and the one that follows it once its hold ends; one statement."""
    numbers = PaymentNumber.objects.filter(
        Q(ends_at=None) | Q(ends_at__gt=at), account_id=account_id, proven_at__isnull=False
    )
    found = list(numbers)
    current = next((number for number in found if number.is_in_force(at)), None)
    return current, next((number for number in found if number is not current), None)


def _confirm_again(number: PaymentNumber, owner_name: str, at: datetime, *, lasts: bool) -> None:
    """Keep a number whose owner proved it once more. Under another owner's name it is to be judged anew."""
    if number.owner_name != owner_name:
        number.owner_name, number.status = owner_name, Status.PENDING
    if lasts:
        number.ends_at = None
    number.proven_at = at
    number.save(update_fields=["owner_name", "status", "ends_at", "proven_at"])


def _follow(current: PaymentNumber | None, waiting: PaymentNumber, at: datetime) -> None:
    """Let the number come into force: at once where it is the first, else at the end of the hold."""
    hold = timedelta(hours=settings.PAYMENT_CHANGE_HOLD_HOURS)
    waiting.proven_at = at
    waiting.starts_at = at if current is None else at + hold
    if current is not None:
        current.ends_at = waiting.starts_at
        current.save(update_fields=["ends_at"])
    waiting.save(update_fields=["proven_at", "starts_at"])
    tasks.look_up_carrier.enqueue(waiting.pk)
    if waiting.starts_at > at:
        told = messages.changing(waiting.starts_at)
        notices.store(account_id=waiting.account_id, kind=Kind.CONNECT, payload=told, at=at)
        tasks.tell_former_number.enqueue(waiting.pk)


def _is_repeat(proven_at: datetime | None, at: datetime) -> bool:
    return proven_at is not None and REPEATED_AFTER <= at - proven_at < REPEATED_UNTIL


def _scope(account_id: int) -> str:
    return f"account:{account_id}"
