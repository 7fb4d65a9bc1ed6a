"""Registering an account as older apps do: first the account, then the proof of its number (contract 9, E-21)."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db import IntegrityError, transaction

from connectid.accounts import queries as accounts
from connectid.accounts.models import NAME_LENGTH, USERNAME_LENGTH, Account, new_storage_key
from connectid.accounts.operations.numbers import e164
from connectid.core import events, passwords, ratelimit
from connectid.core.ratelimit import Throttled
from connectid.devices.errors import InvalidDeviceCredential, LoginFromDifferentDevice
from connectid.devices.operations import credentials, push
from connectid.devices.operations import passwords as device_passwords
from connectid.enrollment import errors, limits
from connectid.verification import counters
from connectid.verification.counters import Taking

USERNAME = re.compile(rf"[A-Za-z0-9@.+_-]{{1,{USERNAME_LENGTH}}}")
"""What the former server took, without letters beyond ASCII: two that look the same would be two people to partner servers."""

KEPT = timedelta(days=30)
"""For how long an account waits for the proof of its number, from when it was named."""

BATCH = 500

BLANK = "This field cannot be blank."
NOT_A_USERNAME = "Enter a valid username: letters, digits and @ . + - _ only."
USERNAME_TAKEN = "A user with that username already exists."
NOT_A_NUMBER = "Enter a valid phone number."
TOO_LONG = f"Ensure this value has at most {NAME_LENGTH} characters."


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Who an older app says its user is. ``address`` is what limits per address count by."""

    username: str
    password: str
    phone_number: str
    second_number: str
    name: str
    push_address: str
    address: str


class Registered(NamedTuple):
    """What the app keeps of its new account."""

    storage_key: str
    second_number_wanted_by: date


def register(*, wish: Wish, at: datetime) -> Registered:
    """Make an account that waits for the proof of its number, with a phone that proves itself by the password.

    Whether the number has an account already makes no difference: until a code proved it, it is nobody's (E-21, E-22). An app
    that missed our answer repeats the request and hears the same. Raises
    :class:`~connectid.enrollment.errors.RegistrationRefused` and :class:`~connectid.core.ratelimit.Throttled`.
    """
    account = _judged(wish, at)
    ratelimit.spend(limits.REGISTRATIONS_PER_ADDRESS, wish.address)
    if accounts.is_username_taken(wish.username):
        return _again(wish, account, at)
    registering = Taking(limits.REGISTRATIONS_IN_ALL, "")
    if not counters.take([registering], at=at):
        raise Throttled(retry_after=counters.why([registering], at=at).retry_after)
    password_hash = passwords.hash_memorised(wish.password)  # slow on purpose, so before the transaction
    try:
        with transaction.atomic():
            account.save(force_insert=True)
            device_passwords.enrol(account_id=account.pk, password_hash=password_hash, at=at)
            if wish.push_address:
                push.register(account_id=account.pk, token=wish.push_address, at=at)
    except IntegrityError:  # somebody else took the name in this very moment, or our own twin
        return _again(wish, account, at)
    return _registered(account)


def prune(*, at: datetime) -> int:
    """Delete accounts that never proved a number and whose phone is not in use, in batches; return how many.

    Imported accounts are left alone: nobody knows since when they wait. Run by a scheduled job.
    """
    before = at - KEPT
    waiting = Account.objects.filter(
        phone_number="", unproven_since__lt=before, is_staff=False, locked_at=None
    ).exclude(devices__last_accessed_at__gte=before)
    deleted = 0
    while True:
        with transaction.atomic():  # held, so that none of them proves its number before it is gone
            held = waiting.select_for_update(of=("self",), skip_locked=True)
            batch = list(held.values_list("pk", flat=True)[:BATCH])
            if batch:
                events.announce(events.AccountsToDelete(batch))
                Account.objects.filter(pk__in=batch).delete()
        deleted += len(batch)
        if len(batch) < BATCH:
            return deleted


def _judged(wish: Wish, at: datetime) -> Account:
    """Return the account to make. Raises ``RegistrationRefused`` with everything that is wrong at once."""
    number, second = e164(wish.phone_number), e164(wish.second_number)
    name = " ".join(wish.name.split())
    reasons: dict[str, list[str]] = {}
    if not USERNAME.fullmatch(wish.username):
        reasons["username"] = [NOT_A_USERNAME if wish.username else BLANK]
    weaknesses = device_passwords.weaknesses(wish.password) if wish.password else [BLANK]
    if weaknesses:
        reasons["password"] = weaknesses
    if number is None:
        reasons["phone_number"] = [NOT_A_NUMBER if wish.phone_number else BLANK]
    if second is None and wish.second_number:
        reasons["recovery_phone"] = [NOT_A_NUMBER]
    if len(name) > NAME_LENGTH:
        reasons["name"] = [TOO_LONG]
    if reasons:
        raise errors.RegistrationRefused(reasons)
    return Account(
        username=wish.username,
        name=name,
        unproven_number=number or "",
        unproven_since=at,
        secondary_phone=second or "",
        storage_key=new_storage_key(),
        date_joined=at,
    )


def _again(wish: Wish, account: Account, at: datetime) -> Registered:
    """Answer a repeated request as the first one: whoever has the same name, number and password. Anybody else's name is taken."""
    same = Account.objects.filter(
        username=wish.username, unproven_number=account.unproven_number, is_active=True
    )
    existing = same.first()
    if existing is None:
        raise errors.RegistrationRefused({"username": [USERNAME_TAKEN]})
    try:
        credentials.authenticate(
            username=wish.username, credential=wish.password, address=wish.address, at=at
        )
    except (InvalidDeviceCredential, LoginFromDifferentDevice) as error:
        raise errors.RegistrationRefused({"username": [USERNAME_TAKEN]}) from error
    return _registered(existing)


def _registered(account: Account) -> Registered:
    return Registered(
        storage_key=account.storage_key or "",
        second_number_wanted_by=account.second_number_wanted_by,
    )
