"""The person's record."""

import base64
import os
from datetime import date, timedelta
from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower

from connectid.core import clock, phone, secrets
from connectid.core.fields import EncryptedTextField, MemorisedHashField

STORAGE_KEY = "account.storage_key"
"""Purpose under which storage keys are encrypted."""

STORAGE_KEY_BYTES = 32

NAME_LENGTH = 255

SECOND_NUMBER_WANTED_WITHIN = timedelta(days=7)
"""After that an older app asks its user to prove a second number (contract 9). Nothing here depends on it."""

USERNAME_LENGTH = 150

SUBJECT_BYTES = 10
"""A subject is 20 hexadecimal characters (contract 5.6), as partner servers have stored for years."""


class DeviceSecurity(models.TextChoices):
    """What unlocks the app on the phone; any other value crashes it (contract 5.1)."""

    PIN = "pin"
    BIOMETRIC = "biometric"


class LockReason(models.TextChoices):
    """Why an account was locked, which says whether the lock may end by itself."""

    WRONG_CODES = "wrong_codes", "too many wrong backup codes"
    STAFF = "staff", "staff locked it"


class CountedAs(models.IntegerChoices):
    """As what the monthly counts hold an account (``connectid.insights``)."""

    NOTHING = 0, "not counted yet"
    ACCOUNT = 1, "one of all"
    SELF_ENROLLED = 2, "one of all, and of those that nobody invited"


class Accounts(BaseUserManager["Account"]):
    """Makes accounts."""

    def get_by_natural_key(self, username: str | None) -> "Account":
        """Return the account that may sign in to the admin as ``username``."""
        return self.get(username=username)

    def create_superuser(self, username: str, password: str) -> "Account":
        """Make a member of staff who may do everything in the admin."""
        staff = self.model(username=username, is_staff=True, is_superuser=True)
        staff.set_password(password)
        staff.save(using=self._db)
        return staff


class Account(AbstractBaseUser, PermissionsMixin):
    """One person: a worker with a phone, or a member of staff with a password.

    What a worker's phone presents is a device credential, and ``password`` is unusable; only the phone of an older app has a
    password instead (``connectid.devices.operations.passwords``). ``username`` is the subject that
    partner servers know and never changes. ``storage_key`` unlocks the phone's local database and never changes either:
    losing it makes that database unreadable after recovery (contract 5.6).
    """

    username = models.CharField(max_length=USERNAME_LENGTH, unique=True)
    password = MemorisedHashField()
    name = models.CharField(max_length=NAME_LENGTH, blank=True)
    phone_number = models.CharField(max_length=phone.MAX_LENGTH, blank=True)
    phone_proven_at = models.DateTimeField(
        null=True, blank=True, help_text="Set where an older app proved it."
    )
    unproven_number = models.CharField(
        max_length=phone.MAX_LENGTH,
        blank=True,
        default="",
        db_default="",
        help_text="What an older app says is its number. It counts for nothing until a code proved it.",
    )
    unproven_since = models.DateTimeField(null=True, blank=True)
    email = models.EmailField(blank=True)
    secondary_phone = models.CharField(max_length=phone.MAX_LENGTH, blank=True)
    secondary_phone_proven_at = models.DateTimeField(null=True, blank=True)
    storage_key = EncryptedTextField(purpose=STORAGE_KEY, null=True, blank=True)
    photo_key = models.CharField(max_length=100, blank=True, help_text="Where the stored photo is kept.")
    device_security = models.CharField(
        max_length=10, choices=DeviceSecurity, default=DeviceSecurity.BIOMETRIC
    )
    is_invited = models.BooleanField(
        default=False, help_text="Enrolled on a number that CommCare Connect had invited."
    )

    is_self_enrolled = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Enrolled in a session, on a real number that nobody had invited (contract 7.7).",
    )
    counted_as = models.PositiveSmallIntegerField(
        choices=CountedAs, default=CountedAs.NOTHING, db_default=CountedAs.NOTHING, editable=False
    )

    backup_code = MemorisedHashField(blank=True)
    failed_backup_codes = models.PositiveSmallIntegerField(
        default=0, help_text="Wrong ones since the last right one or lock; the third locks."
    )
    failed_codes_in_a_row = models.PositiveIntegerField(
        default=0, db_default=0, help_text="The same, counted on over locks that expire by themselves."
    )
    backup_code_tried_at = models.DateTimeField(null=True, blank=True, editable=False)

    is_active = models.BooleanField(default=True)
    locked_at = models.DateTimeField(null=True, blank=True)
    lock_reason = models.CharField(max_length=20, choices=LockReason, blank=True, db_default="")
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(default=clock.now)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[Accounts] = Accounts()

    class Meta:
        constraints: ClassVar = [
            # One active account a number, guaranteed by the database and not by a check before the insert (E-48).
            models.UniqueConstraint(
                fields=["phone_number"],
                condition=models.Q(is_active=True) & ~models.Q(phone_number=""),
                name="one_active_account_per_number",
            ),
            # A registration looks for its name in any case; this is for two of them at once. Imported names may differ in case.
            models.UniqueConstraint(
                Lower("username"),
                condition=models.Q(unproven_since__isnull=False),
                name="one_registration_per_name",
            ),
            models.UniqueConstraint(
                Lower("email"),
                condition=models.Q(is_active=True) & ~models.Q(email=""),
                name="one_active_account_per_email",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["unproven_since"],
                condition=models.Q(unproven_since__isnull=False),
                name="unproven_by_age",
            ),
            models.Index(
                fields=["phone_number"], condition=models.Q(locked_at__isnull=False), name="locked_by_number"
            ),
            models.Index(fields=["date_joined"], name="account_age"),
            # Support looks for closed accounts by their number too.
            models.Index(
                fields=["phone_number"], condition=models.Q(is_active=False), name="closed_by_number"
            ),
            # Servers ask for the accounts of a country (contract 7.10); prefixes need an index of their own on PostgreSQL.
            models.Index(
                fields=["phone_number"],
                opclasses=["varchar_pattern_ops"],
                condition=models.Q(is_active=True),
                name="active_by_number_prefix",
            ),
            # What the monthly counts do not hold yet, or hold as what it is no longer; connectid.insights.queries says the same.
            models.Index(
                fields=["id"],
                condition=models.Q(counted_as=CountedAs.NOTHING)
                | models.Q(counted_as=CountedAs.ACCOUNT, is_self_enrolled=True, is_active=True)
                | models.Q(counted_as=CountedAs.SELF_ENROLLED, is_active=False),
                name="account_to_count",
            ),
            # Partners write subjects in any case (contract 7.11).
            models.Index(Lower("username"), name="account_by_lower_subject"),
        ]

    def __str__(self) -> str:
        return self.username

    @property
    def second_number_wanted_by(self) -> date:
        """The day by which an older app wants a second number proven."""
        return (self.date_joined + SECOND_NUMBER_WANTED_WITHIN).date()

    @property
    def is_locked(self) -> bool:
        """Whether too many wrong backup codes, or staff, closed the account."""
        return self.locked_at is not None


def new_storage_key() -> str:
    """A storage key for a new account: base64 of 32 random bytes (contract 5.6)."""
    return base64.b64encode(os.urandom(STORAGE_KEY_BYTES)).decode()


def new_subject() -> str:
    """A subject for a new account."""
    return secrets.new_identifier(SUBJECT_BYTES)


class PendingPhoto(models.Model):
    """A photo on its way to the photo store.

    It is kept with the account in one transaction and moved by a job, so that no request waits for the store, no photo
    is lost while it is down, and none is left there that belongs to nobody. ``key`` is chosen here: a job that runs
    twice writes the same file twice.
    """

    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="pending_photo")
    key = models.CharField(max_length=100)
    content = models.BinaryField()
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"pending photo {self.pk}"
