"""Recovery sessions of older apps in the admin; never their secrets."""

from typing import ClassVar

from django.contrib import admin

from connectid.recovery.models import RecoverySession
from connectid.web.admin_pages import MaskedAdmin, OfAccounts


@admin.register(RecoverySession)
class RecoverySessionAdmin(MaskedAdmin[RecoverySession], OfAccounts[RecoverySession]):
    """How far a recovery came."""

    masked = ("phone_number",)
    number = "phone_number"
    list_display = ("id", "phone_number", "subject", "step", "owner_proven_by", "created_at", "expires_at")
    list_filter: ClassVar = ("step",)
    fields = (
        *("phone_number", "subject", "step", "password_tries", "owner_proven_by", "created_at", "moved_at"),
        "expires_at",
    )
