"""Message servers, who may open channels and send through us, and what they send."""

from typing import ClassVar
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q

from connectid.core import clock
from connectid.core.fields import EncryptedTextField
from connectid.messaging.addresses import callable_address

SEALED_AS = "message_server.secret"
PREVIOUS_SEALED_AS = "message_server.previous_secret"
"""Purposes under which a message server's secrets are encrypted."""


class MessageServer(models.Model):
    """A partner server, such as CommCare HQ or Open Chat Studio, with its credentials and addresses.

    ``secret`` is the password of its Basic header and the key of the HMAC that signs our calls to it (contract 13.3), so
    it is encrypted, not hashed. While a partner changes over, ``previous_secret`` is accepted beside it; we sign with
    ``secret`` only.
    """

    name = models.CharField(max_length=255)
    client_id = models.CharField(max_length=255, unique=True)
    secret = EncryptedTextField(purpose=SEALED_AS)
    previous_secret = EncryptedTextField(purpose=PREVIOUS_SEALED_AS, null=True, blank=True)
    key_url = models.CharField(
        max_length=500,
        validators=[callable_address],
        help_text="Where phones fetch a channel's key.",
    )
    callback_url = models.CharField(
        max_length=500,
        validators=[callable_address],
        help_text="Told when a message was received.",
    )
    delivery_url = models.CharField(
        max_length=500,
        validators=[callable_address],
        help_text="Where the messages of phones go.",
    )
    consent_url = models.CharField(
        max_length=500,
        validators=[callable_address],
        help_text="Told when a person allows or stops a channel.",
    )
    is_active = models.BooleanField(default=True, help_text="Off: it may not call us, and we do not call it.")
    failures_in_a_row = models.PositiveSmallIntegerField(
        default=0, editable=False, help_text="Calls that failed since the last one that did not."
    )
    last_success_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="When a call to it last succeeded, to the minute.",
    )
    paused_until = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="Not called before, after too many failures in a row.",
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)

    def __str__(self) -> str:
        return self.name


class Channel(models.Model):
    """A lane of end-to-end-encrypted messages between one account and one message server.

    Partners store its id, phones its id and key: neither ever changes. A partner names it by ``source``: creating it again
    finds it. ``relaying_until`` is the lease of the worker that carries its callbacks to the partner, so that they stay in
    order.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    server = models.ForeignKey(
        MessageServer, on_delete=models.CASCADE, related_name="channels", db_index=False
    )
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="channels")
    source = models.CharField(max_length=255, help_text="What the partner calls it: HQ's domain, OCS's uuid.")
    name = models.CharField(
        max_length=255, blank=True, help_text="What the phone shows instead of the source."
    )
    consent = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now)
    relaying_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["server", "account", "source"], name="channel_once_per_source"),
        ]

    def __str__(self) -> str:
        return f"channel {self.pk}"

    @property
    def visible_name(self) -> str:
        """What the phone shows."""
        return self.name or self.source


class Direction(models.TextChoices):
    """Which way a message goes."""

    TO_PHONE = "M", "to the phone"
    TO_SERVER = "S", "to the message server"


class Status(models.TextChoices):
    """Where a message stands (contract 13.5)."""

    PENDING = "PENDING"
    SENT_TO_SERVICE = "SENT_TO_SERVICE"
    DELIVERED = "DELIVERED"
    CONFIRMED_RECEIVED = "CONFIRMED_RECEIVED"


class Message(models.Model):
    """That a sealed message exists and how far it came; its content is where it waits.

    To the phone, that is its notification; to the server, its callback. The id is the sender's, and taken for good: it is how
    a repeated request is known.
    """

    id = models.UUIDField(primary_key=True)
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="messages")
    direction = models.CharField(max_length=1, choices=Direction)
    status = models.CharField(max_length=20, choices=Status, default=Status.PENDING)
    sent_at = models.DateTimeField(default=clock.now)
    received_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["sent_at"], name="message_age")]

    def __str__(self) -> str:
        return f"message {self.pk}"


class CallbackKind(models.TextChoices):
    """What a partner is told, and at which of its addresses (contract 13.4)."""

    DELIVERY = "delivery", "a phone's message"
    RECEIPT = "receipt", "messages were received"
    CONSENT = "consent", "a person allows or stops a channel"


class Callback(models.Model):
    """One call that is still to be made to a partner, or that was given up.

    ``body`` is written once: the bytes that are signed are the bytes that are sent, at every attempt. A callback that arrived is
    deleted, so that content is kept no longer than it takes to hand it over.
    """

    id = models.BigAutoField(primary_key=True)
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="callbacks")
    message = models.ForeignKey(
        Message,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="callbacks",
        help_text="What a delivery delivers.",
    )
    kind = models.CharField(max_length=10, choices=CallbackKind)
    body = models.TextField()
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=clock.now)
    created_at = models.DateTimeField(default=clock.now)
    failure = models.CharField(max_length=100, blank=True, help_text="Why the last attempt failed.")
    is_refused = models.BooleanField(
        default=False, help_text="The partner answered that it does not want it; those behind it go on."
    )
    given_up_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["channel", "id"], condition=Q(given_up_at=None), name="callback_of_channel"),
            models.Index(fields=["due_at"], condition=Q(given_up_at=None), name="callback_due"),
            models.Index(
                fields=["given_up_at"], condition=Q(given_up_at__isnull=False), name="callback_given_up"
            ),
        ]

    def __str__(self) -> str:
        return f"callback {self.pk}"
