"""What staff may see of verification: everything but what a code is derived from. Nothing can be changed here."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from connectid.verification.models import Breaker, Challenge, Counter


class ReadOnly[M: models.Model](admin.ModelAdmin[M]):
    """An admin that only shows."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody may."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody may."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody may: a deleted counter would be a reset limit."""
        return False


@admin.register(Challenge)
class ChallengeAdmin(ReadOnly[Challenge]):
    """Codes that were sent, for "I did not get one"."""

    list_display = [
        *("address", "transport", "purpose", "created_at", "expires_at", "attempts", "used_at"),
        *("sends", "delivered_sends", "rejection"),
    ]
    list_filter = ["transport", "purpose"]
    search_fields = ["=address", "=scope"]
    exclude = ["nonce", "key_id"]
    show_full_result_count = False
    ordering = ["-pk"]


@admin.register(Counter)
class CounterAdmin(ReadOnly[Counter]):
    """How near limits are."""

    list_display = ["name", "subject", "in_hour", "recent", "converted"]
    list_filter = ["name"]
    search_fields = ["=subject"]
    show_full_result_count = False
    ordering = ["-pk"]


@admin.register(Breaker)
class BreakerAdmin(ReadOnly[Breaker]):
    """Whether the breaker is or was open."""

    list_display = ["opened_at", "open_until", "checks", "failures"]
