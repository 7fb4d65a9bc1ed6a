"""The enrollment session."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from connectid.core import clock, phone
from connectid.core.fields import DigestField


class ProofMethod(models.TextChoices):
    """How the number was proven."""

    FICTITIOUS = "fictitious", "demonstration number, needs no proof"
    FIREBASE = "firebase", "Firebase ID token"
    SMS = "sms", "code by our SMS"


class LineType(models.TextChoices):
    """What kind of line a number is, as far as its carrier says."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    VOIP = "voip", "VoIP"
    UNKNOWN = "unknown"


class EnrollmentSession(models.Model):
    """The right of one phone to enrol one number, for four hours.

    The key that the phone holds is kept as a digest. Expired sessions stay for days: an unknown key crashes the app,
    an expired one is explained to its user (contract A3).
    """

    key_digest = DigestField(unique=True)
    phone_number = models.CharField(max_length=phone.MAX_LENGTH)
    is_invited = models.BooleanField(default=False)
    is_fictitious = models.BooleanField(default=False)
    country = models.CharField(
        max_length=2, blank=True, help_text="ISO code, found offline from the position."
    )
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    line_type = models.CharField(
        max_length=10, choices=LineType, blank=True, help_text="Blank until looked up."
    )
    carrier = models.CharField(max_length=100, blank=True)
    installation_id = models.CharField(max_length=100, blank=True)
    device_model = models.CharField(max_length=255, blank=True)

    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    phone_proven_at = models.DateTimeField(null=True, blank=True)
    proof_method = models.CharField(max_length=10, choices=ProofMethod, blank=True)
    verified_email = models.EmailField(blank=True)
    name_checks = models.PositiveSmallIntegerField(default=0)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="enrollment_sessions",
        help_text="Whom this session created or, by backup code, recovered.",
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["phone_number", "-created_at"], name="session_by_number"),
            models.Index(fields=["expires_at"], name="session_by_expiry"),
        ]

    def __str__(self) -> str:
        return f"enrollment session {self.pk}"

    @property
    def is_phone_proven(self) -> bool:
        """Whether the caller showed control of the number."""
        return self.phone_proven_at is not None

    @property
    def gets_texts(self) -> bool:
        """Whether a text could reach the number: all lines but those known to be landlines."""
        return self.line_type != LineType.LANDLINE

    @property
    def challenge_scope(self) -> str:
        """What codes of this session are bound to."""
        return f"session:{self.pk}"
