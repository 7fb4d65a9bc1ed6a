"""Payment numbers in the admin: to be read."""

from typing import ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from connectid.payments.models import Judgement, PaymentNumber
from connectid.providers.carrier import LineType
from connectid.web.admin_pages import MaskedAdmin, OfAccounts


class Judgements(admin.TabularInline[Judgement, PaymentNumber]):
    """What was said of a number, the latest first."""

    model = Judgement
    ordering = ("-at",)
    extra = 0
    can_delete = False
    fields: ClassVar = ("status", "client_id", "at")
    readonly_fields: ClassVar = ("status", "client_id", "at")


class OfLine(admin.SimpleListFilter):
    """Numbers of one kind of line. Django's own filter would read every row to learn which kinds there are."""

    title = "line type"
    parameter_name = "line_type"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        """The kinds that a look-up tells."""
        return [(kind.value, kind.value) for kind in LineType]

    def queryset(self, request: HttpRequest, queryset: QuerySet[PaymentNumber]) -> QuerySet[PaymentNumber]:
        """Those of the kind."""
        return queryset.filter(line_type=self.value()) if self.value() else queryset


@admin.register(PaymentNumber)
class PaymentNumberAdmin(MaskedAdmin[PaymentNumber], OfAccounts[PaymentNumber]):
    """For "why am I not paid": every number of a worker, since when, until when, and who judged it."""

    masked = ("phone_number",)
    number = "phone_number"
    list_display = (
        *("subject", "phone_number", "telecom_provider", "line_type", "status"),
        *("proven_at", "starts_at", "ends_at"),
    )
    list_filter: ClassVar = ("status", OfLine)
    fields = (
        *("subject", "phone_number", "owner_name", "telecom_provider", "line_type", "status"),
        *("named_at", "proven_at", "starts_at", "ends_at"),
    )
    inlines = (Judgements,)
