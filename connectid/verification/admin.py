"""What staff may see of verification: everything but what a code is derived from. Nothing can be changed here."""

from typing import ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from connectid.verification.limits import COUNTED
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
    search_fields = ("address__exact",)  # "=" would ignore case, and so the index
    search_help_text = "A whole number with its +, or a whole email address."
    exclude = ("nonce", "key_id")


@admin.register(Counter)
class CounterAdmin(MaskedAdmin[Counter]):
    """How near limits are. A deleted counter would be a reset limit."""

    masked = ("subject",)
    list_display = ("name", "subject", "in_hour", "recent", "converted")
    search_fields = ("subject__exact",)
    search_help_text = "A whole number, prefix, email address or scope."

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Counter], search_term: str
    ) -> tuple[QuerySet[Counter], bool]:
        """Find what is counted for one subject, by the index of limit and subject."""
        wanted = search_term.strip()
        return (queryset.filter(name__in=COUNTED, subject=wanted) if wanted else queryset), False


@admin.register(Breaker)
class BreakerAdmin(ReadOnlyAdmin[Breaker]):
    """Whether the breaker is or was open."""

    list_display = ("opened_at", "open_until", "checks", "failures")
