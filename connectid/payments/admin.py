"""Payment numbers in the admin: to be read."""

from typing import ClassVar

from django.contrib import admin

from connectid.payments.models import Judgement, PaymentNumber
from connectid.web.admin_pages import MaskedAdmin, OfAccounts


class Judgements(admin.TabularInline[Judgement, PaymentNumber]):
    """What was said of a number, the latest first."""

    model = Judgement
    ordering = ("-at",)
    extra = 0
    can_delete = False
    fields: ClassVar = ("status", "client_id", "at")
    readonly_fields: ClassVar = ("status", "client_id", "at")


@admin.register(PaymentNumber)
class PaymentNumberAdmin(MaskedAdmin[PaymentNumber], OfAccounts[PaymentNumber]):
    """For "why am I not paid": every number of a worker, since when, until when, and who judged it."""

    masked = ("phone_number",)
    number = "phone_number"
    list_display = (
        *("subject", "phone_number", "telecom_provider", "line_type", "status"),
        *("proven_at", "starts_at", "ends_at"),
    )
    list_filter = ("status", "line_type")
    fields = (
        *("subject", "phone_number", "owner_name", "telecom_provider", "line_type", "status"),
        *("named_at", "proven_at", "starts_at", "ends_at"),
    )
    inlines = (Judgements,)
