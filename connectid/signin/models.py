"""Somebody on the way to being signed in, and what people consented to."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models

from connectid.core import phone
from connectid.core.fields import DigestField


class SignIn(models.Model):
    """One browser on its way through the steps. It only moves forward; being signed in is ``oauth.BrowserSession``.

    Nothing here says whether the number has an account: whoever typed it must not learn it from us.
    """

    key_digest = DigestField(unique=True)
    phone_number = models.CharField(max_length=phone.MAX_LENGTH)
    sends = models.PositiveSmallIntegerField(default=1, help_text="How often a code was asked for.")
    sent_at = models.DateTimeField(help_text="When that was, last.")
    phone_proven_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(help_text="Some time after the last step.")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["expires_at"], name="sign_in_expiry")]

    def __str__(self) -> str:
        return f"sign-in {self.pk}"

    def is_live(self, at: datetime) -> bool:
        """Whether its next step may still be taken."""
        return self.expires_at > at


class Consent(models.Model):
    """That a person let a client know certain things, so that they are not asked at every sign-in."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="consents", db_index=False
    )
    client = models.ForeignKey(
        settings.OAUTH2_PROVIDER_APPLICATION_MODEL, on_delete=models.CASCADE, related_name="consents"
    )
    scopes = models.TextField(help_text="Separated by blanks.")
    given_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "client"], name="one_consent_per_client"),
        ]
        indexes: ClassVar = [models.Index(fields=["given_at"], name="consent_given")]

    def __str__(self) -> str:
        return f"consent {self.pk}"
