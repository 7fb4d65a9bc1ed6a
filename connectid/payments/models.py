"""Payment numbers, and the judgements of whoever pays."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from connectid.core import phone

OWNER_NAME_LENGTH = 255
CARRIER_LENGTH = 100


class Status(models.TextChoices):
    """What whoever pays made of the number; the words of the wire (contract 10)."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"


class PaymentNumber(models.Model):
    """One number at which an account is, was, or wants to be paid.

    It waits for its code (``proven_at`` null), and is then in force from ``starts_at`` until ``ends_at``. A number that follows
    another starts after a hold, until which the former one stays in force; so which number counts is a matter of the time, and
    nothing has to happen when a hold ends.
    """

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="payment_numbers"
    )
    phone_number = models.CharField(max_length=phone.MAX_LENGTH)
    owner_name = models.CharField(
        max_length=OWNER_NAME_LENGTH, help_text="Whose the line is, as the worker says."
    )
    telecom_provider = models.CharField(
        max_length=CARRIER_LENGTH, blank=True, help_text="As a look-up of the number says."
    )
    line_type = models.CharField(max_length=10, blank=True, help_text="As the same look-up says.")
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    named_at = models.DateTimeField()
    proven_at = models.DateTimeField(null=True, blank=True)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(proven_at=None), name="one_payment_number_to_prove"
            ),
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(proven_at__isnull=False, ends_at=None),
                name="one_last_payment_number",
            ),
            models.CheckConstraint(
                condition=Q(proven_at=None, starts_at=None, ends_at=None)
                | Q(proven_at__isnull=False, starts_at__isnull=False),
                name="payment_numbers_start_once_proven",
            ),
        ]
        indexes: ClassVar = [
            # Support asks whose a number is.
            models.Index(fields=["phone_number"], name="payment_number_by_number"),
            models.Index(fields=["named_at"], condition=Q(proven_at=None), name="payment_number_unproven"),
        ]

    def __str__(self) -> str:
        return f"payment number {self.pk}"

    def is_in_force(self, at: datetime) -> bool:
        """Whether the account is paid at this number at that moment."""
        return (
            self.starts_at is not None
            and self.starts_at <= at
            and (self.ends_at is None or at < self.ends_at)
        )


class Judgement(models.Model):
    """What a server said of a payment number, and when: whoever is paid, or is not, may ask why."""

    payment_number = models.ForeignKey(PaymentNumber, on_delete=models.CASCADE, related_name="judgements")
    status = models.CharField(max_length=10, choices=Status)
    client_id = models.CharField(max_length=100, help_text="The client that said so.")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"judgement {self.pk}"
