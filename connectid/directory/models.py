"""The record of look-ups."""

from typing import ClassVar

from django.db import models


class Kind(models.TextChoices):
    """What was asked; the words are the permissions that open it."""

    FETCH_USERS = "fetch_users", "accounts of phone numbers"
    FILTER_USERS = "filter_users", "accounts of a country or with a credential"
    DEMO_USERS = "demo_users", "codes of demonstration numbers"


class LookUp(models.Model):
    """One look-up: which server asked, from where, for how many, and whose facts it was given.

    It says who learned something about a worker, without holding again what they learned: no number and no name.
    Accounts are kept by their ids in a list, because nothing but an audit reads it, and because the record outlives an account.
    """

    client_id = models.CharField(max_length=100, help_text="The client whose credentials were presented.")
    address = models.GenericIPAddressField(null=True, help_text="Where the request came from.")
    kind = models.CharField(max_length=20, choices=Kind)
    asked = models.PositiveIntegerField(help_text="Phone numbers that were asked for.")
    filters = models.CharField(
        max_length=200, blank=True, help_text="Country and credential that were asked for."
    )
    found = models.PositiveIntegerField(help_text="Entries of the answer.")
    account_ids = models.JSONField(default=list, help_text="The accounts in the answer.")
    at = models.DateTimeField()

    class Meta:
        verbose_name = "look-up"
        indexes: ClassVar = [
            models.Index(fields=["at"], name="look_up_age"),
            models.Index(fields=["client_id", "at"], name="look_up_client"),
        ]

    def __str__(self) -> str:
        return f"look-up {self.pk}"
