"""Browsers in which people signed in."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from connectid.core.fields import DigestField


class BrowserSession(models.Model):
    """A browser in which somebody signed in, so that the next client need not ask again.

    It has nothing to do with the sessions of staff, which are Django's: this one opens the authorization endpoint only. Whatever
    ends an account's tokens deletes it (``operations.revocation``).
    """

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="browser_sessions"
    )
    key_digest = DigestField(unique=True)
    authenticated_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["expires_at"], name="oauth_browser_expires")]

    def __str__(self) -> str:
        return f"browser session {self.pk}"
