"""Issuers: who may certify something about a worker."""

from django.db import models

from connectid.core import clock
from connectid.core.fields import DigestField

PURPOSE = "issuer"
"""Of the digests of issuers' secrets."""


class Authority(models.TextChoices):
    """Who issues; phones read exactly these words (contract 5.10)."""

    CONNECT = "CONNECT", "CommCare Connect"
    HQ = "HQ", "CommCare HQ"


class Environment(models.TextChoices):
    """Which deployment of the authority; phones read exactly these words (contract 5.10)."""

    PRODUCTION = "production"
    STAGING = "staging"
    INDIA = "india"


class Issuer(models.Model):
    """One deployment of an authority, with the credentials by which it issues (contract A7).

    While it changes over to a new secret, ``previous_secret_digest`` is accepted beside the current one.
    """

    authority = models.CharField(max_length=20, choices=Authority)
    environment = models.CharField(max_length=20, choices=Environment)
    client_id = models.CharField(max_length=255, unique=True)
    secret_digest = DigestField()
    previous_secret_digest = DigestField(blank=True)
    is_active = models.BooleanField(default=True, help_text="Off: it may not issue.")
    created_at = models.DateTimeField(default=clock.now, editable=False)

    def __str__(self) -> str:
        return f"{self.authority} {self.environment}"
