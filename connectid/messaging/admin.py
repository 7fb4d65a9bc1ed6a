"""Message servers in the admin; secrets are shown once."""

from typing import ClassVar

from django.contrib import admin
from django.http import HttpRequest

from connectid.messaging.models import MessageServer
from connectid.messaging.operations import servers
from connectid.web.admin_pages import SecretShownOnce


@admin.register(MessageServer)
class MessageServerAdmin(SecretShownOnce[MessageServer]):
    """Replacing a secret keeps the one before it valid, so that the partner can change over."""

    fields = (
        "name",
        "client_id",
        "key_url",
        "callback_url",
        "delivery_url",
        "consent_url",
        "is_active",
        "created_at",
    )
    list_display = ("name", "client_id", "is_active", "created_at")
    list_filter: ClassVar = ("is_active",)
    search_fields = ("name", "client_id")

    def get_readonly_fields(self, request: HttpRequest, obj: MessageServer | None = None) -> tuple[str, ...]:
        """A client id is what the partner has stored, so it never changes."""
        return ("created_at",) if obj is None else ("created_at", "client_id")

    def put_new_secret(self, owner: MessageServer) -> str:
        """Make the secret so far, if there is one, the previous one."""
        owner.previous_secret = owner.secret or None
        owner.secret = servers.new_secret()
        return owner.secret
