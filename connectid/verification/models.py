"""Challenges, and what is counted about them."""

from datetime import datetime, timedelta
from math import ceil
from typing import ClassVar

from django.db import models

from connectid.core import secrets
from connectid.core.keyring import MAX_ID_LENGTH
from connectid.verification import codes, limits

MAX_PURPOSE = 16  # what derives a code takes no more
MAX_SCOPE = 100


class Transport(models.TextChoices):
    """How a code reaches its address."""

    SMS = "sms"
    EMAIL = "email"


class Challenge(models.Model):
    """One code for one address, within one scope: an enrollment session, an account.

    There is one row for each address, purpose and scope; asking again after the code is dead puts a new code into the row.
    The code itself is not stored (``codes.code_of``).
    """

    address = models.CharField(
        max_length=320, help_text="E.164 number, or email address as its owner wrote it."
    )
    transport = models.CharField(max_length=5, choices=Transport)
    purpose = models.CharField(max_length=MAX_PURPOSE)
    scope = models.CharField(max_length=MAX_SCOPE, help_text="What a right code proves something to.")
    nonce = models.CharField(max_length=32)
    key_id = models.CharField(max_length=MAX_ID_LENGTH)
    created_at = models.DateTimeField(help_text="When the present code was made.")
    expires_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0, help_text="Checks of the present code.")
    used_at = models.DateTimeField(null=True, blank=True)
    made_manual_at = models.DateTimeField(
        null=True, blank=True, help_text="When support read the code out (contract 7.9)."
    )

    sends = models.PositiveSmallIntegerField(default=0, help_text="Times it was to be sent.")
    last_sent_at = models.DateTimeField(null=True, blank=True)
    delivered_sends = models.PositiveSmallIntegerField(
        default=0, help_text="How many of them the provider has taken over, or refused for good."
    )
    delivered_at = models.DateTimeField(null=True, blank=True)
    provider_id = models.CharField(max_length=100, blank=True, help_text="The provider's name for it.")
    rejection = models.CharField(max_length=200, blank=True, help_text="Why the provider refused it.")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["address", "purpose", "scope"], name="one_challenge_per_scope"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["expires_at"], name="challenge_expiry"),
            models.Index(fields=["used_at"], condition=models.Q(used_at__isnull=False), name="challenge_use"),
        ]

    def __str__(self) -> str:
        return f"challenge {self.pk}"

    def is_live(self, at: datetime) -> bool:
        """Whether the code could still be the right answer."""
        return self.used_at is None and self.expires_at > at and self.attempts < limits.CHECKS_PER_CODE

    def renew(self, *, lifetime: timedelta, at: datetime) -> None:
        """Put a new code in place of the present one.

        The gaps between sends go on where they were, unless the old code was used: that its owner was there ends the doubt.
        """
        if self.used_at is not None:
            self.sends = self.delivered_sends = 0
            self.last_sent_at = None
        self.nonce = codes.new_nonce()
        self.key_id = secrets.current_key_id()
        self.created_at = at
        self.expires_at = at + lifetime
        self.attempts = 0
        self.used_at = self.made_manual_at = None

    def resend_wait(self, at: datetime) -> int:
        """Seconds until the code may be sent again; 0 when it may be now."""
        if self.last_sent_at is None or self.sends == 0:
            return 0
        minutes = limits.RESEND_GAPS[min(self.sends, len(limits.RESEND_GAPS)) - 1]
        return max(0, ceil((self.last_sent_at + timedelta(minutes=minutes) - at).total_seconds()))

    def note_send(self, at: datetime) -> None:
        """Count a send."""
        if self.last_sent_at is not None and at - self.last_sent_at >= limits.RESEND_GAPS_FORGOTTEN_AFTER:
            self.sends = self.delivered_sends = 0
        self.sends += 1
        self.last_sent_at = at


class Counter(models.Model):
    """What was counted for one subject of one limit (``limits.py``). Times are milliseconds since 1970, for arithmetic in SQL."""

    name = models.CharField(max_length=16, help_text="The limit.")
    subject = models.CharField(max_length=320, help_text="Whom it counts for; empty for everybody.")
    full_at = models.BigIntegerField(help_text="When the bucket is full again.")
    last_at = models.BigIntegerField(help_text="When the last one was let through.")
    hour = models.BigIntegerField(help_text="The hour since 1970 that in_hour counts.")
    in_hour = models.PositiveIntegerField()
    recent = models.PositiveIntegerField(help_text="Let through lately; half is forgotten now and then.")
    converted = models.PositiveIntegerField(help_text="How many of those ended with a right code.")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["name", "subject"], name="one_counter_per_subject"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["name", "hour"], name="counter_hour"),
            models.Index(fields=["last_at"], name="counter_last"),
        ]

    def __str__(self) -> str:
        return f"{self.name} counter {self.pk}"


class Breaker(models.Model):
    """Whether codes are being guessed over so many numbers that every number's allowance is halved. One row at most."""

    opened_at = models.DateTimeField()
    open_until = models.DateTimeField()
    checks = models.PositiveIntegerField(help_text="In the hour that was judged last.")
    failures = models.PositiveIntegerField(help_text="How many of those failed.")

    def __str__(self) -> str:
        return f"breaker {self.pk}"
