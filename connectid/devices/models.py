"""Enrolled phones and the addresses at which pushes reach them."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from connectid.core import clock
from connectid.core.fields import DigestField, MemorisedHashField


class Device(models.Model):
    """One installation of the app that holds, or held, a credential of an account.

    The credential is 256 random bits; only its keyed digest is kept, and that digest is the index by which a request is
    authenticated. The phone of an older app has none and proves itself by the account's password. A revoked device stays,
    so that its phone can be told that another one took over.
    """

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="devices")
    credential_digest = DigestField(
        unique=True, null=True, blank=True, help_text="Unset where the phone proves itself by a password."
    )
    former_password = MemorisedHashField(
        blank=True,
        default="",
        db_default="",
        help_text="Of a revoked device: the account's password while this was its phone.",
    )
    installation_id = models.CharField(max_length=100, blank=True, help_text="cc_device_id, made by the app.")
    model = models.CharField(
        max_length=255, blank=True, help_text="Manufacturer and model, as the app reports them."
    )
    created_at = models.DateTimeField(default=clock.now)
    last_accessed_at = models.DateTimeField(
        null=True, blank=True, help_text="Unset until the credential is first used."
    )
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account"], condition=models.Q(revoked_at=None), name="one_current_device_per_account"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["revoked_at"],
                condition=models.Q(revoked_at__isnull=False),
                name="revoked_devices_by_age",
            ),
        ]

    def __str__(self) -> str:
        return f"device {self.pk}"


class EndReason(models.TextChoices):
    """Why a push registration ended."""

    MOVED = "moved", "the account moved to another phone"
    LOCKED = "locked", "the account was locked"
    DEACTIVATED = "deactivated", "the account was deactivated"
    REPLACED = "replaced", "the phone reported another address"
    TAKEN_OVER = "taken_over", "another account is used on the phone"
    DEAD = "dead", "the address exists no more"
    SILENT = "silent", "not heard of for too long"


class PushRegistration(models.Model):
    """An address, given out by FCM, at which pushes reach an account's phone.

    ``token`` is that address; ``token_digest`` finds it. At most one registration of an account is current. An ended one
    stays for a while without its address, so that a phone that reports it again is recognised, and is pruned later.
    """

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="push_registrations"
    )
    installation_id = models.CharField(
        max_length=100, blank=True, help_text="Of the device that was current when it was registered."
    )
    token = models.TextField(
        blank=True, help_text="Empty once it has ended and the phone has been told, if it is to be."
    )
    token_digest = models.CharField(max_length=64, help_text="SHA-256 of the token, in hexadecimal.")
    registered_at = models.DateTimeField(default=clock.now)
    last_heartbeat_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=20, blank=True, choices=EndReason)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account"], condition=models.Q(ended_at=None), name="one_current_push_registration"
            ),
            models.UniqueConstraint(fields=["token_digest", "account"], name="push_token_once_per_account"),
            models.CheckConstraint(
                condition=~models.Q(ended_at=None) | ~models.Q(token=""),
                name="current_push_registration_has_a_token",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["ended_at"], condition=models.Q(ended_at__isnull=False), name="ended_pushes_by_age"
            ),
            models.Index(
                fields=["ended_at"],
                condition=models.Q(ended_at__isnull=False) & ~models.Q(token=""),
                name="ended_pushes_with_address",
            ),
        ]

    def __str__(self) -> str:
        return f"push registration {self.pk}"
