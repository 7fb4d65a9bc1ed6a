"""The keys that sign."""

from typing import ClassVar

from django.db import models

from connectid.core import clock
from connectid.core.fields import EncryptedTextField

PRIVATE_KEY = "oauth.signing_key"
"""Purpose under which private keys are encrypted."""

THUMBPRINT_LENGTH = 43


class SigningKey(models.Model):
    """A key that signs what its ``use`` says from ``signs_from`` until its successor's ``signs_from``.

    Nothing else is kept of where it stands in its life: the keys of a use are numbered, and times say which one signs and which
    ones are published (``queries.signing_keys``). The number is unique, so that of two processes that make a key at once
    one does.
    """

    use = models.CharField(
        max_length=30, default="id_token", db_default="id_token", help_text="connectid.oauth.key_uses"
    )
    generation = models.PositiveIntegerField()
    kid = models.CharField(
        max_length=THUMBPRINT_LENGTH, unique=True, help_text="SHA-256 thumbprint (RFC 7638)."
    )
    public_jwk = models.JSONField(help_text="The public half, as it is published (RFC 7517).")
    private_key = EncryptedTextField(purpose=PRIVATE_KEY)
    created_at = models.DateTimeField(default=clock.now)
    signs_from = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["use", "generation"], name="one_key_per_generation"),
        ]

    def __str__(self) -> str:
        return f"{self.use} key {self.generation}"
