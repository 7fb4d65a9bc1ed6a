"""Enrolled phones in the admin, to look at."""

from typing import ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from connectid.devices.models import Device
from connectid.web.admin_pages import ReadOnlyAdmin


@admin.register(Device)
class DeviceAdmin(ReadOnlyAdmin[Device]):
    """Which phones an account had; never their credentials."""

    list_display = ("id", "subject", "model", "created_at", "last_accessed_at", "revoked_at")
    fields = ("subject", "model", "installation_id", "created_at", "last_accessed_at", "revoked_at")
    search_fields: ClassVar = ("account__username",)
    search_help_text = "A whole subject."
    ordering = ("-pk",)
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Device]:
        """Every device with its account's subject, and no secret of either."""
        shown = (*self.fields[1:], "account__username")
        return super().get_queryset(request).select_related("account").only(*shown)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Device], search_term: str
    ) -> tuple[QuerySet[Device], bool]:
        """Find the devices of one account."""
        wanted = search_term.strip()
        return (queryset.filter(account__username=wanted) if wanted else queryset), False

    @admin.display(description="account")
    def subject(self, device: Device) -> str:
        """Whose phone it is."""
        return device.account.username
