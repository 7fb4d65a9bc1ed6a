"""Message servers: who may open channels and send through us."""

from django.db import models

from connectid.core import clock
from connectid.core.fields import EncryptedTextField
from connectid.messaging.addresses import callable_address


class MessageServer(models.Model):
    """A partner server, such as CommCare HQ or Open Chat Studio, with its credentials and addresses.

    ``secret`` is the password of its Basic header and the key of the HMAC that signs our calls to it (contract 13.3), so
    it is encrypted, not hashed. While a partner changes over, ``previous_secret`` is accepted beside it; we sign with
    ``secret`` only.
    """

    name = models.CharField(max_length=255)
    client_id = models.CharField(max_length=255, unique=True)
    secret = EncryptedTextField(purpose="message_server.secret")
    previous_secret = EncryptedTextField(purpose="message_server.previous_secret", null=True, blank=True)
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
    created_at = models.DateTimeField(default=clock.now, editable=False)

    def __str__(self) -> str:
        return self.name
