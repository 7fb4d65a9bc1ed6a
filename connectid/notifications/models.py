"""Notifications."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from connectid.core import clock
from connectid.core.identifiers import new_ordered_uuid


class Kind(models.TextChoices):
    """Where a notification comes from; phones read exactly these words (contract 6.1)."""

    CONNECT = "CONNECT"
    MESSAGING = "MESSAGING"


class Notification(models.Model):
    """Something that a phone is to be told: by a push at once, and at its next poll until it acknowledges.

    ``payload`` is the JSON object of texts that both carry, as text: what a partner sealed keeps its bytes and the order of its
    keys. It never holds names that are the row's own (:mod:`.payloads`).
    ``push_due_at`` says from when on a job may push it; null once there is nothing left to push.
    """

    id = models.UUIDField(primary_key=True, default=new_ordered_uuid, editable=False)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications"
    )
    kind = models.CharField(max_length=10, choices=Kind)
    payload = models.TextField()
    message_id = models.UUIDField(
        null=True, blank=True, help_text="The sealed message that it announces, if it is of that kind."
    )  # without an index: senders choose these ids, so each would write a page of its own; look by the account as well
    created_at = models.DateTimeField(default=clock.now)
    received_at = models.DateTimeField(null=True, blank=True)

    push_due_at = models.DateTimeField(null=True, blank=True)
    push_attempts = models.PositiveSmallIntegerField(default=0)
    push_options = models.TextField(
        blank=True, help_text="JSON: what belongs to the push around the payload, such as analytics_label."
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["account", "created_at"], condition=Q(received_at=None), name="notification_poll"
            ),
            models.Index(
                fields=["push_due_at"], condition=Q(push_due_at__isnull=False), name="notification_push"
            ),
            models.Index(fields=["created_at"], name="notification_age"),
            models.Index(
                fields=["received_at"],
                condition=Q(received_at__isnull=False),
                name="notification_received",
            ),
            models.Index(
                fields=["created_at"],
                condition=Q(received_at=None, message_id__isnull=False),
                name="notification_unread",
            ),
        ]

    def __str__(self) -> str:
        return f"notification {self.pk}"


class Reminder(models.Model):
    """When an account was last reminded of messages that its phone did not fetch: so that it is not again within the hour."""

    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    reminded_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["reminded_at"], name="reminder_age")]

    def __str__(self) -> str:
        return f"reminder of account {self.pk}"


class PushBudget(models.Model):
    """How many pushes may be repeated now. One row, which a job locks while it spends (:mod:`.operations.push_budget`)."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    left = models.FloatField()
    good_in_a_row = models.PositiveIntegerField(
        default=0, help_text="Pushes that FCM answered well, up to now."
    )
    counted_to = models.DateTimeField(help_text="Notifications stored until then have earned already.")

    def __str__(self) -> str:
        return f"{self.left:.0f} pushes may be repeated"
