"""Reads about accounts."""

from datetime import datetime
from typing import NamedTuple

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from connectid.accounts.models import STORAGE_KEY, Account
from connectid.core import encryption


def storage_key(sealed: str) -> str:
    """Open the storage key of an account: base64 of 32 bytes, the same for the account's whole life (contract 5.6)."""
    return encryption.decrypt(sealed, purpose=STORAGE_KEY)


def active_account(phone_number: str) -> Account | None:
    """Return the active account of ``phone_number`` with its pending photo; at most one, guaranteed by the database."""
    accounts = Account.objects.filter(phone_number=phone_number, is_active=True)
    return accounts.select_related("pending_photo").defer("storage_key").first()


def security_of(phone_number: str) -> str | None:
    """How the phone of the number's active account is locked; None where there is no such account."""
    accounts = Account.objects.filter(phone_number=phone_number, is_active=True)
    return next(iter(accounts.values_list("device_security", flat=True)[:1]), None)


def with_number(phone_number: str) -> QuerySet[Account]:
    """The accounts of a number, active and closed, each by an index of its own."""
    of_number = Q(phone_number=phone_number)
    return Account.objects.filter((of_number & Q(is_active=True)) | (of_number & Q(is_active=False)))


def is_number_taken(phone_number: str) -> bool:
    """Whether an active account has ``phone_number``."""
    return Account.objects.filter(phone_number=phone_number, is_active=True).exists()


def is_username_taken(username: str) -> bool:
    """Whether an account has ``username``, whatever the case of its letters."""
    return Account.objects.annotate(lowered=Lower("username")).filter(lowered=username.lower()).exists()


def is_email_taken(email: str, *, except_account: int | None = None) -> bool:
    """Whether another active account has ``email``, whatever its case. No address at all is never taken."""
    if not email:
        return False
    # LOWER(), not Django's iexact, which PostgreSQL would compare with UPPER() and so without the unique index.
    same = Account.objects.annotate(lowered=Lower("email")).filter(lowered=email.lower(), is_active=True)
    if except_account is not None:
        same = same.exclude(pk=except_account)
    return same.exists()


def active_subject(subject: str) -> Account | None:
    """Return the active account of a subject as partners write it: in any case (contract 7.11).

    Where several differ in nothing but case, the one that is written exactly so.
    """
    found = Account.objects.annotate(lowered=Lower("username")).filter(
        lowered=subject.lower(), is_active=True
    )
    accounts = list(found.only("pk", "username").order_by("pk"))
    return next((one for one in accounts if one.username == subject), accounts[0] if accounts else None)


class Numbers(NamedTuple):
    """The numbers of an account, and when they were proven."""

    phone_number: str
    unproven_number: str
    phone_proven_at: datetime | None
    secondary_phone: str
    secondary_phone_proven_at: datetime | None

    @property
    def to_prove(self) -> str:
        """The number that a code goes to: the one that waits for it, else the account's own."""
        return self.unproven_number or self.phone_number


def numbers(account_id: int) -> Numbers:
    """Return the numbers of an account; one statement."""
    return Numbers(*Account.objects.values_list(*Numbers._fields).get(pk=account_id))


def is_number_locked(phone_number: str) -> bool:
    """Whether the account of ``phone_number`` is locked."""
    return Account.objects.filter(
        phone_number=phone_number, locked_at__isnull=False, is_active=False
    ).exists()
