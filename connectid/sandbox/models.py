"""Two tables, so that every server process and worker of a demo sees the same sandbox."""

from django.db import models

from connectid.core import clock


class SandboxMessage(models.Model):
    """Something that would have left the server: an SMS, a mail, a push or a callback to a partner."""

    kind = models.CharField(max_length=20)
    recipient = models.CharField(max_length=320)
    subject = models.CharField(max_length=255, blank=True)
    text = models.TextField(blank=True)
    payload = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [models.Index(fields=["recipient", "-id"], name="sandbox_message_recipient")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class InvitedNumber(models.Model):
    """A phone number that the Connect sandbox calls invited."""

    phone_number = models.CharField(max_length=20, primary_key=True)
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.phone_number
