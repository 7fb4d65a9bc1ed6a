"""What is kept for counting, and what CommCare HQ says of accounts."""

from typing import ClassVar

from django.db import models

from connectid.accounts.models import Account

MONTH_LENGTH = 7


class MonthlyCount(models.Model):
    """How many of the accounts that joined in a month are counted already.

    It holds what ``Account.counted_as`` says, no more and no less: whoever changes the one changes the other in the same
    transaction. What an account has become since is added when somebody asks (``queries.user_counts``).
    """

    month = models.CharField(primary_key=True, max_length=MONTH_LENGTH, help_text="UTC, as `2026-07`.")
    total = models.BigIntegerField(default=0)
    self_enrolled = models.BigIntegerField(default=0, help_text="Active, and not invited by anybody.")

    class Meta:
        ordering: ClassVar = ["month"]

    def __str__(self) -> str:
        return self.month


class HqSignIn(models.Model):
    """When somebody last signed in to CommCare HQ by us, as HQ says (contract 7.6)."""

    account = models.OneToOneField(
        Account, on_delete=models.CASCADE, primary_key=True, related_name="hq_sign_in"
    )
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"sign-in of account {self.pk}"


class ExportRun(models.Model):
    """One writing of one table to one destination: how far it got, so that whoever goes on knows where."""

    table = models.CharField(max_length=20)
    destination = models.CharField(max_length=20)
    name = models.CharField(max_length=40, help_text="What its parts are known by at the destination.")
    started_at = models.DateTimeField()
    last_id = models.BigIntegerField(help_text="Of the rows that there were when it started.")
    after_id = models.BigIntegerField(default=0, help_text="Rows up to here are there.")
    parts = models.PositiveIntegerField(default=0)
    rows = models.BigIntegerField(default=0)
    ended_at = models.DateTimeField(null=True, blank=True)
    is_published = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["table", "destination"],
                condition=models.Q(ended_at__isnull=True),
                name="one_export_at_a_time",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["started_at"], name="export_age")]

    def __str__(self) -> str:
        return f"{self.table} to {self.destination}"
