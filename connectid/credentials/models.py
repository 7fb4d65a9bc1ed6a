"""Issuers, what they certify, and who holds it."""

from typing import ClassVar
from uuid import uuid4

from django.db import models

from connectid.accounts.models import Account
from connectid.core import clock
from connectid.core.fields import DigestField
from connectid.core.identifiers import new_ordered_uuid

PURPOSE = "issuer"
"""Of the digests of issuers' secrets."""

TITLE_LENGTH = 300
WORD_LENGTH = 50
"""Of a type and of a level."""
NAME_LENGTH = 255
"""Of what an issuer calls something by: a slug, an app, an opportunity."""
REASON_LENGTH = 255


class Authority(models.TextChoices):
    """Who issues; phones read exactly these words (contract 5.10)."""

    CONNECT = "CONNECT", "CommCare Connect"
    HQ = "HQ", "CommCare HQ"


class Environment(models.TextChoices):
    """Which deployment of the authority; phones read exactly these words (contract 5.10)."""

    PRODUCTION = "production"
    STAGING = "staging"
    INDIA = "india"


class Issuer(models.Model):
    """One deployment of an authority, with the credentials by which it issues (contract A7).

    While it changes over to a new secret, ``previous_secret_digest`` is accepted beside the current one.
    """

    authority = models.CharField(max_length=20, choices=Authority)
    environment = models.CharField(max_length=20, choices=Environment)
    client_id = models.CharField(max_length=255, unique=True)
    secret_digest = DigestField()
    previous_secret_digest = DigestField(blank=True)
    is_active = models.BooleanField(default=True, help_text="Off: it may not issue.")
    created_at = models.DateTimeField(default=clock.now, editable=False)

    def __str__(self) -> str:
        return f"{self.authority} {self.environment}"


class Credential(models.Model):
    """What an issuer certifies about people: the same issuer, type, level and slug are the same credential (contract 7.5).

    Title, app and opportunity are what the issuer said of it last.
    """

    issuer = models.ForeignKey(Issuer, on_delete=models.PROTECT, related_name="credentials", db_index=False)
    type = models.CharField(max_length=WORD_LENGTH)
    level = models.CharField(max_length=WORD_LENGTH)
    slug = models.CharField(max_length=NAME_LENGTH)
    title = models.CharField(max_length=TITLE_LENGTH)
    # Null is what phones are told, and not the same as an empty text (contract 5.10).
    app_id = models.CharField(max_length=NAME_LENGTH, null=True, blank=True)  # noqa: DJ001
    opportunity_id = models.CharField(max_length=NAME_LENGTH, null=True, blank=True)  # noqa: DJ001
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["issuer", "type", "level", "slug"], name="one_credential_by_name"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["slug"], name="credential_by_slug")]

    def __str__(self) -> str:
        return f"{self.title} ({self.type}, {self.level})"


class StatusList(models.Model):
    """A published list of bits that says which verifiable credentials were revoked (W3C Bitstring Status List 1.0)."""

    number = models.PositiveIntegerField(unique=True)
    taken = models.PositiveIntegerField(default=0, help_text="Places that awards have.")
    version = models.PositiveIntegerField(default=0, help_text="How often something on it was revoked.")
    created_at = models.DateTimeField(default=clock.now, editable=False)

    def __str__(self) -> str:
        return f"status list {self.number}"


class Holder(models.Model):
    """What verifiable credentials call an account: random, so that nobody learns number or username from it."""

    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="holder")
    subject = models.UUIDField(default=uuid4, unique=True, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    def __str__(self) -> str:
        return str(self.subject)


class Award(models.Model):
    """A credential in the hands of its holder.

    One for each credential and holder, for good: a revoked one stays revoked, whatever batch comes again. The awards that one
    batch gave to one person have one ``invite_id``, which is the link of the text that tells them. It is no secret worth a
    digest: whoever has it may read the titles and accept, nothing else, and the job that sends it must be able to read it.
    """

    uuid = models.UUIDField(default=new_ordered_uuid, unique=True, editable=False)
    credential = models.ForeignKey(
        Credential, on_delete=models.PROTECT, related_name="awards", db_index=False
    )
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="awards", db_index=False)
    awarded_at = models.DateTimeField(default=clock.now)
    invite_id = models.UUIDField(default=uuid4, db_index=True, editable=False)
    told_at = models.DateTimeField(null=True, blank=True, help_text="When a text about it was sent.")
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revocation_reason = models.CharField(max_length=REASON_LENGTH, blank=True, default="", db_default="")
    status_list = models.ForeignKey(
        StatusList, on_delete=models.PROTECT, null=True, blank=True, editable=False, db_index=False
    )
    status_index = models.PositiveIntegerField(null=True, blank=True, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["credential", "account"], name="one_award_per_holder"),
            # Set once the holder fetches it as a verifiable credential.
            models.UniqueConstraint(fields=["status_list", "status_index"], name="one_award_per_status"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["account", "awarded_at"], name="awards_of_holder"),
            models.Index(
                fields=["status_list"],
                condition=models.Q(revoked_at__isnull=False, status_list__isnull=False),
                name="revoked_of_status_list",
            ),
        ]

    def __str__(self) -> str:
        return str(self.uuid)
