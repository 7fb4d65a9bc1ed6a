"""The person's record."""

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower

from connectid.core import clock, phone, secrets
from connectid.core.fields import EncryptedTextField, MemorisedHashField

STORAGE_KEY = "account.storage_key"
"""Purpose under which storage keys are encrypted."""

NAME_LENGTH = 255

SUBJECT_BYTES = 10
"""A subject is 20 hexadecimal characters (contract 5.6), as partner servers have stored for years."""


class DeviceSecurity(models.TextChoices):
    """What unlocks the app on the phone; any other value crashes it (contract 5.1)."""

    PIN = "pin"
    BIOMETRIC = "biometric"


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

    A worker's ``password`` is unusable: what a phone presents is a device credential. ``username`` is the subject that
    partner servers know and never changes. ``storage_key`` unlocks the phone's local database and never changes either:
    losing it makes that database unreadable after recovery (contract 5.6).
    """

    username = models.CharField(max_length=150, unique=True)
    password = MemorisedHashField()
    name = models.CharField(max_length=NAME_LENGTH, blank=True)
    phone_number = models.CharField(max_length=phone.MAX_LENGTH, blank=True)
    email = models.EmailField(blank=True)
    secondary_phone = models.CharField(max_length=phone.MAX_LENGTH, blank=True)
    storage_key = EncryptedTextField(purpose=STORAGE_KEY, null=True, blank=True)
    photo_key = models.CharField(max_length=100, blank=True, help_text="Where the stored photo is kept.")
    device_security = models.CharField(
        max_length=10, choices=DeviceSecurity, default=DeviceSecurity.BIOMETRIC
    )
    is_invited = models.BooleanField(
        default=False, help_text="Enrolled on a number that CommCare Connect had invited."
    )

    backup_code = MemorisedHashField(blank=True)
    failed_backup_codes = models.PositiveSmallIntegerField(
        default=0, help_text="Wrong ones since the last right one or lock; the third locks."
    )
    failed_codes_in_a_row = models.PositiveIntegerField(
        default=0, db_default=0, help_text="The same, counted on over locks that expire by themselves."
    )

    is_active = models.BooleanField(default=True)
    locked_at = models.DateTimeField(null=True, blank=True)
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
            models.UniqueConstraint(
                Lower("email"),
                condition=models.Q(is_active=True) & ~models.Q(email=""),
                name="one_active_account_per_email",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["phone_number"], condition=models.Q(locked_at__isnull=False), name="locked_by_number"
            ),
            # Partners write subjects in any case (contract 7.11).
            models.Index(Lower("username"), name="account_by_lower_subject"),
        ]

    def __str__(self) -> str:
        return self.username

    @property
    def is_locked(self) -> bool:
        """Whether too many wrong backup codes closed the account."""
        return self.locked_at is not None


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
