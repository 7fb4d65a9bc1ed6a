"""Payment numbers in the admin: to be read."""

from typing import ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from connectid.payments.models import Judgement, PaymentNumber
from connectid.web.admin_pages import MaskedAdmin


class Judgements(admin.TabularInline[Judgement, PaymentNumber]):
    """What was said of a number, the latest first."""

    model = Judgement
    ordering = ("-at",)
    extra = 0
    can_delete = False
    fields: ClassVar = ("status", "client_id", "at")
    readonly_fields: ClassVar = ("status", "client_id", "at")


@admin.register(PaymentNumber)
class PaymentNumberAdmin(MaskedAdmin[PaymentNumber]):
    """For "why am I not paid": every number of a worker, since when, until when, and who judged it."""

    masked = ("phone_number",)
    list_display = (
        *("account", "phone_number", "telecom_provider", "line_type", "status"),
        *("proven_at", "starts_at", "ends_at"),
    )
    list_filter = ("status", "line_type")
    search_fields = ("=account__username", "=phone_number")
    search_help_text = "A whole username or number."
    show_full_result_count = False
    ordering = ("-pk",)
    inlines = (Judgements,)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[PaymentNumber]":
        """With the accounts, whose usernames every page shows."""
        return super().get_queryset(request).select_related("account")
