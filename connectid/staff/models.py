"""The audit trail."""

from typing import Any, ClassVar, NoReturn

from django.db import models

from connectid.accounts.models import USERNAME_LENGTH
from connectid.core.secrets import DIGEST_LENGTH

REASON_LENGTH = 500


class AppendOnly(models.QuerySet["AuditEntry"]):
    """Rows that are added and read, and nothing else."""

    def update(self, **changes: Any) -> NoReturn:
        """Refuse."""
        raise TypeError("audit entries are never changed")

    def delete(self) -> NoReturn:
        """Refuse."""
        raise TypeError("audit entries are never deleted")


class AuditEntry(models.Model):
    """Something that a member of staff did, or looked at.

    Names and not keys, so that an entry says the same for good, whatever becomes of the rows. On PostgreSQL a trigger refuses
    to change or delete one, whoever asks.
    """

    at = models.DateTimeField()
    staff = models.CharField(
        max_length=USERNAME_LENGTH, help_text="Who, by name; for a failed sign-in, who was claimed."
    )
    action = models.CharField(max_length=40)
    target_type = models.CharField(max_length=100, blank=True, help_text="accounts.account, for example.")
    target_id = models.CharField(max_length=100, blank=True)
    target = models.CharField(max_length=200, blank=True, help_text="What it was called.")
    reason = models.CharField(max_length=REASON_LENGTH, blank=True, help_text="As whoever did it gave it.")
    detail = models.TextField(blank=True)
    address_digest = models.CharField(
        max_length=DIGEST_LENGTH, help_text="Of the client's address: equal where it is the same."
    )

    objects = AppendOnly.as_manager()

    class Meta:
        verbose_name_plural = "audit entries"
        default_permissions = ("view",)
        permissions: ClassVar = [
            ("export_auditentry", "Can export the audit trail"),
            ("lock_worker", "Can lock a worker's account"),
            ("unlock_worker", "Can unlock a worker's account"),
            ("deactivate_worker", "Can deactivate a worker's account"),
            ("reverify_worker", "Can make a worker prove number and backup code again"),
            ("reveal_worker", "Can see a worker's whole numbers"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["-at"], name="audit_by_time"),
            models.Index(fields=["target_type", "target_id", "-at"], name="audit_by_target"),
        ]

    def __str__(self) -> str:
        return f"{self.staff} {self.action} {self.target}".strip()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add; refuse to change."""
        if not self._state.adding:
            raise TypeError("audit entries are never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse."""
        raise TypeError("audit entries are never deleted")
