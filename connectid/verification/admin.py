"""What staff may see of verification: everything but what a code is derived from. Nothing can be changed here."""

from typing import ClassVar

from django.contrib import admin

from connectid.verification.models import Breaker, Challenge, Counter
from connectid.web.admin_pages import MaskedAdmin, ReadOnlyAdmin


@admin.register(Challenge)
class ChallengeAdmin(MaskedAdmin[Challenge]):
    """Codes that were sent, for "I did not get one"."""

    masked = ("address",)
    list_display = (
        *("address", "transport", "purpose", "created_at", "expires_at", "attempts", "used_at"),
        *("sends", "delivered_sends", "rejection"),
    )
    list_filter: ClassVar = ("transport",)
    search_fields = ("=address", "=scope")
    search_help_text = "A whole number or email address, or a scope."
    exclude = ("nonce", "key_id")


@admin.register(Counter)
class CounterAdmin(MaskedAdmin[Counter]):
    """How near limits are. A deleted counter would be a reset limit."""

    masked = ("subject",)
    list_display = ("name", "subject", "in_hour", "recent", "converted")
    search_fields = ("=subject",)
    search_help_text = "A whole number, prefix, email address or scope."


@admin.register(Breaker)
class BreakerAdmin(ReadOnlyAdmin[Breaker]):
    """Whether the breaker is or was open."""

    list_display = ("opened_at", "open_until", "checks", "failures")
