"""Proving an email address, for a session that is enrolling or for an account that exists."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from connectid.accounts import queries as accounts
from connectid.accounts.errors import EmailInUse
from connectid.accounts.models import Account
from connectid.devices.queries import KnownDevice
from connectid.enrollment import errors
from connectid.enrollment.models import EnrollmentSession
from connectid.verification import operations as verification
from connectid.verification import queries as challenges
from connectid.verification.models import Transport

PURPOSE = "verify_email"
"""Purpose of the codes that prove an email address."""

LONGEST_EMAIL = 254

type Owner = EnrollmentSession | KnownDevice
"""Whose address it will be: a session's, or the account's of a device."""


def send_code(*, owner: Owner, email: str, at: datetime) -> None:
    """Have a code mailed to ``email`` (contract 5.12). The mail is sent by a job.

    Raises ``PhoneNotProven``, ``MissingEmail``, ``InvalidEmail``, and ``TooManyRequests`` with the seconds to wait.
    """
    _require_proven(owner)
    address = _address(email)
    with transaction.atomic():
        sending = verification.send(
            address=address,
            transport=Transport.EMAIL,
            purpose=PURPOSE,
            scope=_scope(owner),
            lifetime=timedelta(seconds=settings.EMAIL_CODE_LIFETIME),
            at=at,
        )
    if not sending.accepted:
        raise errors.TooManyRequests(retry_after=sending.retry_after)


def confirm_code(*, owner: Owner, email: str, code: str, at: datetime) -> None:
    """Make ``email`` the owner's, or refuse and remember the failed attempt (contract 5.13).

    A session changes the email of no account but its own; before it has one, the address waits for complete_profile (E-19). Raises ``PhoneNotProven``, ``MissingEmail``, ``InvalidEmail``,
    :class:`~connectid.verification.errors.IncorrectCode` and :class:`~connectid.accounts.errors.EmailInUse`.
    """
    _require_proven(owner)
    if not code.strip():
        raise errors.MissingEmail
    address = _address(email)
    if not challenges.has_challenge(address=address, purpose=PURPOSE, scope=_scope(owner)):
        raise errors.InvalidEmail
    with transaction.atomic():
        refusal = verification.check(
            address=address, purpose=PURPOSE, scope=_scope(owner), code=code.strip(), at=at
        )
    if refusal is not None:
        raise refusal
    _take(owner, address)


def _take(owner: Owner, address: str) -> None:
    account_id = owner.account_id
    if accounts.is_email_taken(address, except_account=account_id):
        raise EmailInUse
    try:
        with transaction.atomic():
            if account_id is not None:
                Account.objects.filter(pk=account_id).update(email=address)
            elif isinstance(owner, EnrollmentSession):
                EnrollmentSession.objects.filter(pk=owner.pk).update(verified_email=address)
    except IntegrityError as error:  # somebody else's account took it in this very moment
        raise EmailInUse from error


def _require_proven(owner: Owner) -> None:
    if isinstance(owner, EnrollmentSession) and not owner.is_phone_proven:
        raise errors.PhoneNotProven


def _scope(owner: Owner) -> str:
    return owner.challenge_scope if isinstance(owner, EnrollmentSession) else f"account:{owner.account_id}"


def _address(email: str) -> str:
    """The address as kept: trimmed, its domain in lower case."""
    trimmed = email.strip()
    if not trimmed:
        raise errors.MissingEmail
    try:
        validate_email(trimmed)
    except ValidationError as error:
        raise errors.InvalidEmail from error
    if len(trimmed) > LONGEST_EMAIL:
        raise errors.InvalidEmail
    local, _, domain = trimmed.rpartition("@")
    return f"{local}@{domain.lower()}"
