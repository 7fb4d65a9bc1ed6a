"""Attestations in the admin."""

from django.contrib import admin
from django.http import HttpRequest

from connectid.integrity.models import IntegrityReport


@admin.register(IntegrityReport)
class IntegrityReports(admin.ModelAdmin[IntegrityReport]):
    """What phones answered CommCare HQ. To be read: the phone already forwarded the result."""

    list_display = (
        "request_id",
        "result",
        "reason",
        "installation_id",
        "package",
        "device_labels",
        "reported_at",
    )
    list_filter = ("result", "reason", "reported_at")
    search_fields = ("=request_id", "=installation_id")
    date_hierarchy = "reported_at"
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Reports come from phones."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: IntegrityReport | None = None) -> bool:
        """Reports are what happened."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: IntegrityReport | None = None) -> bool:
        """Old reports are forgotten by a job."""
        return False
