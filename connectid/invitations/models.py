"""Invitations on their way."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from connectid.core.fields import EncryptedTextField


class HqInvite(models.Model):
    """An invitation of CommCare HQ to one worker, for the job that texts it and for the page that its link opens.

    ``invite_code`` is HQ's: whoever has it and the worker's access token links the two accounts.
    """

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="hq_invites")
    callback_url = models.CharField(max_length=500)
    hq_username = models.CharField(max_length=255)
    hq_domain = models.CharField(max_length=255)
    invite_code = EncryptedTextField(purpose="invitations.invite_code")
    client_id = models.CharField(max_length=100, help_text="The client that passed it on.")
    created_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["created_at"], name="hq_invite_age")]

    def __str__(self) -> str:
        return f"invitation {self.pk}"
