"""What is remembered of attestations."""

from typing import ClassVar

from django.db import models

from connectid.core import clock

DIGEST_LENGTH = 64


class SeenToken(models.Model):
    """An attestation token that was accepted, so that nobody presents it again (contract E-41).

    Only its SHA-256 is kept. It needs no key: the token is Google's and unguessable, and opens nothing by itself.
    """

    digest = models.CharField(max_length=DIGEST_LENGTH, primary_key=True)
    seen_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"token seen {self.seen_at}"


class Result(models.TextChoices):
    """What the phone is told of its report; it forwards the word to CommCare HQ."""

    PASSED = "passed"
    FAILED = "failed"


class IntegrityReport(models.Model):
    """The answer to one request of CommCare HQ for a phone's attestation (contract 5.14)."""

    request_id = models.CharField(max_length=100, unique=True, help_text="Made by CommCare HQ.")
    installation_id = models.CharField(max_length=100, help_text="cc_device_id, made by the app.")
    package = models.CharField(max_length=255, help_text="Android package the phone named.")
    result = models.CharField(max_length=10, choices=Result)
    reason = models.CharField(max_length=40, blank=True, help_text="Why it failed.")
    device_labels = models.CharField(
        max_length=255, blank=True, help_text="What Google recognised the device as."
    )
    app_recognition = models.CharField(max_length=50, blank=True)
    app_licensing = models.CharField(max_length=50, blank=True)
    reported_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["-reported_at"], name="report_latest"),
            models.Index(fields=["installation_id", "-reported_at"], name="report_by_installation"),
        ]

    def __str__(self) -> str:
        return f"{self.request_id}: {self.result}"
