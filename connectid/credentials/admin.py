"""Issuers in the admin; secrets are shown once."""

from typing import ClassVar

from django.contrib import admin
from django.http import HttpRequest

from connectid.core import secrets
from connectid.credentials import operations
from connectid.credentials.models import Issuer
from connectid.web.admin_pages import SecretShownOnce


@admin.register(Issuer)
class IssuerAdmin(SecretShownOnce[Issuer]):
    """Replacing a secret keeps the one before it valid, so that the issuer can change over."""

    fields = ("authority", "environment", "client_id", "is_active", "created_at")
    list_display = ("client_id", "authority", "environment", "is_active", "created_at")
    list_filter: ClassVar = ("authority", "environment", "is_active")
    search_fields = ("client_id",)

    def get_readonly_fields(self, request: HttpRequest, obj: Issuer | None = None) -> tuple[str, ...]:
        """A client id is what the issuer has stored, so it never changes."""
        return ("created_at",) if obj is None else ("created_at", "client_id")

    def put_new_secret(self, owner: Issuer) -> str:
        """Make the digest so far, if there is one, the previous one."""
        secret = secrets.new_token()
        owner.previous_secret_digest = owner.secret_digest
        owner.secret_digest = operations.secret_digest(secret)
        return secret
