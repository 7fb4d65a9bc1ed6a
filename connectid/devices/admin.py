"""Enrolled phones and where pushes reach them in the admin, to look at."""

from typing import ClassVar

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from connectid.devices.models import Device, PushRegistration
from connectid.web.admin_pages import ReadOnlyAdmin


class OfAccounts[Row: Model](ReadOnlyAdmin[Row]):
    """Rows that belong to accounts, found by a whole subject."""

    search_fields: ClassVar = ("account__username",)
    search_help_text = "A whole subject."
    ordering = ("-pk",)
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Row]:
        """Every row with its account's subject, and nothing that is not shown: no secret and no address."""
        shown = [name for name in self.get_fields(request) if isinstance(name, str) and name != "subject"]
        return super().get_queryset(request).select_related("account").only(*shown, "account__username")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Row], search_term: str
    ) -> tuple[QuerySet[Row], bool]:
        """Find the rows of one account."""
        wanted = search_term.strip()
        return (queryset.filter(account__username=wanted) if wanted else queryset), False

    @admin.display(description="account")
    def subject(self, row: Device | PushRegistration) -> str:
        """Whose it is."""
        return row.account.username


@admin.register(Device)
class DeviceAdmin(OfAccounts[Device]):
    """Which phones an account had; never their credentials."""

    list_display = ("id", "subject", "model", "created_at", "last_accessed_at", "revoked_at")
    fields = ("subject", "model", "installation_id", "created_at", "last_accessed_at", "revoked_at")


@admin.register(PushRegistration)
class PushRegistrationAdmin(OfAccounts[PushRegistration]):
    """Whether pushes reach an account's phone, and why not; never where."""

    list_display = ("id", "subject", "registered_at", "last_heartbeat_at", "ended_at", "end_reason")
    fields = ("subject", "installation_id", "registered_at", "last_heartbeat_at", "ended_at", "end_reason")
