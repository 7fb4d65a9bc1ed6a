"""From a proven number to an account: is there one already, and if not, make it."""

import functools
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import F

from connectid.accounts import queries as accounts
from connectid.accounts.models import NAME_LENGTH, Account
from connectid.accounts.operations import photo as photos
from connectid.accounts.operations import profile
from connectid.core import events, passwords
from connectid.devices import queries as device_queries
from connectid.devices.operations import credentials as devices
from connectid.enrollment import errors
from connectid.enrollment.limits import MAX_NAME_CHECKS
from connectid.enrollment.models import EnrollmentSession
from connectid.providers import name_matching
from connectid.providers.concurrently import Outcome, at_once
from connectid.providers.errors import ProviderError

NAME_CHECK_DEADLINE = 6.0
"""Seconds for the name judge and the photo store together; the app waits 30."""


class KnownName(NamedTuple):
    """Whether the session's number has an account of that name, and its photo as a data URL."""

    account_exists: bool
    photo: str


def check_name(*, session: EnrollmentSession, name: str) -> KnownName:
    """Say whether the number's account belongs to somebody called ``name`` (contract 5.5).

    An invited number needs no matching name. Names are compared here; only a doubtful pair is shown to a remote judge, at
    the same time as the photo is read. Each session may ask :data:`~connectid.enrollment.limits.MAX_NAME_CHECKS` times,
    because the answer tells names apart and shows a photo (E-24). Raises ``NameRequired``, ``PhoneNotProven`` and
    ``TooManyRequests``.
    """
    if not name.strip():
        raise errors.NameRequired
    if not session.is_phone_proven:
        raise errors.PhoneNotProven
    # Counted before it is compared, and only while some are left, so that parallel guesses cannot share one count.
    counted = EnrollmentSession.objects.filter(pk=session.pk, name_checks__lt=MAX_NAME_CHECKS)
    if not counted.update(name_checks=F("name_checks") + 1):
        raise errors.TooManyRequests
    account = accounts.active_account(session.phone_number)
    if account is None:
        return KnownName(account_exists=False, photo="")
    outcomes: dict[str, Outcome[Any]] = at_once(
        NAME_CHECK_DEADLINE,
        same=functools.partial(_is_same, session, account, name),
        photo=functools.partial(photos.data_url, account),
    )
    # A judge that does not answer in time counts as a match, as one that is not configured does (contract 5.5).
    if not _or_else(outcomes["same"], True):
        return KnownName(account_exists=False, photo="")
    return KnownName(account_exists=True, photo=_or_else(outcomes["photo"], ""))


def _or_else[T](outcome: Outcome[T], otherwise: T) -> T:
    """The outcome's value, or ``otherwise`` where the provider did not answer; faults of our own are raised."""
    try:
        return outcome.result()
    except ProviderError:
        return otherwise


def _is_same(session: EnrollmentSession, account: Account, name: str) -> bool:
    return session.is_invited or name_matching.same_person(account.name, name)


class Enrolled(NamedTuple):
    """What the phone keeps of its new account."""

    username: str
    credential: str
    storage_key: str
    is_invited: bool


def complete(
    *, session: EnrollmentSession, name: str, backup_code: str, photo_url: str, at: datetime
) -> Enrolled:
    """Make the account of the session's number, with this phone as its device (contract 5.6, E-48).

    A repeat whose first answer was lost gets the same account with a new credential, as long as the first credential was
    never used. Of any number of parallel calls one makes the account. Raises ``MissingProfile``, ``PhoneNotProven``,
    ``ActiveAccountExists``, :class:`~connectid.accounts.errors.PhotoTooLarge` and ``PhotoUnusable``.
    """
    name = " ".join(name.split())
    if not (name and backup_code and photo_url) or len(name) > NAME_LENGTH:
        raise errors.MissingProfile
    if not session.is_phone_proven:
        raise errors.PhoneNotProven
    if session.account_id is not None:
        return _again(session, at=at)
    photo = profile.decode_photo(photo_url)
    backup_code_hash = passwords.hash_memorised(backup_code)  # slow on purpose, so before the transaction
    with transaction.atomic():
        account = profile.create(
            name=name,
            phone_number=session.phone_number,
            backup_code_hash=backup_code_hash,
            email=session.verified_email,
            is_invited=session.is_invited,
            is_self_enrolled=not (session.is_invited or session.is_fictitious),
            photo=photo,
            at=at,
        )
        if account is not None:
            EnrollmentSession.objects.filter(pk=session.pk).update(account=account)
            events.announce(events.AccountEnrolled(account.pk, is_invited=session.is_invited, at=at))
            return _enrolled(session, account, at)
    # Our own twin may have been faster: a phone that repeats a slow request must not be turned away.
    session.refresh_from_db(fields=["account"])
    return _again(session, at=at)


def _again(session: EnrollmentSession, *, at: datetime) -> Enrolled:
    """Answer a repeated call: a new credential while the phone has shown no sign of having received the first."""
    account_id = session.account_id
    if account_id is None:
        raise errors.ActiveAccountExists
    with transaction.atomic():
        account = Account.objects.select_for_update().get(pk=account_id)
        if not account.is_active or device_queries.unused_device(account_id=account_id) is None:
            raise errors.ActiveAccountExists
        return _enrolled(session, account, at)


def _enrolled(session: EnrollmentSession, account: Account, at: datetime) -> Enrolled:
    """Give the account this session's phone as its device."""
    credential = devices.issue(
        account_id=account.pk, installation_id=session.installation_id, model=session.device_model, at=at
    )
    return Enrolled(account.username, credential, account.storage_key or "", session.is_invited)
