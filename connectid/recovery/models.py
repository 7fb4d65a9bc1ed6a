"""The recovery session of older apps."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from connectid.core import clock, phone
from connectid.core.fields import DigestField


class Step(models.IntegerChoices):
    """How far a recovery came. It only ever moves forward."""

    STARTED = 1, "secret handed out, a code on its way"
    NUMBER_PROVEN = 2, "whoever holds the secret reads the number's texts"
    OWNER_PROVEN = 3, "and is the account's owner"
    FINISHED = 4, "the account has a new password, or is closed"


class Proof(models.TextChoices):
    """What showed that the caller is the account's owner."""

    BACKUP_CODE = "backup_code"
    PASSWORD = "password"  # noqa: S105  # a name
    SECOND_NUMBER = "second_number"


class RecoverySession(models.Model):
    """One attempt of an app up to 2.56 to get into the account of a number, for ten minutes after its last step.

    Every attempt has a row and a secret of its own, so nobody disturbs somebody else's by starting another. The secret is
    256 random bits, kept as a digest. A session of a number that nobody has looks like any other and leads nowhere: its
    ``account`` stays empty.
    """

    secret_digest = DigestField(unique=True)
    phone_number = models.CharField(max_length=phone.MAX_LENGTH)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="recovery_sessions",
        help_text="Whose number it was when the code was sent.",
    )
    step = models.PositiveSmallIntegerField(choices=Step, default=Step.STARTED)
    password_tries = models.PositiveSmallIntegerField(default=0)
    owner_proven_by = models.CharField(max_length=20, choices=Proof, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    moved_at = models.DateTimeField(default=clock.now, help_text="When it came to its step.")
    expires_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["expires_at"], name="recovery_by_expiry")]

    def __str__(self) -> str:
        return f"recovery session {self.pk}"

    @property
    def challenge_scope(self) -> str:
        """What codes of this session are bound to."""
        return f"recovery:{self.pk}"
