"""Attestations in the admin."""

from typing import ClassVar

from django.contrib import admin

from connectid.integrity.models import IntegrityReport
from connectid.web.admin_pages import ReadOnlyAdmin


@admin.register(IntegrityReport)
class IntegrityReports(ReadOnlyAdmin[IntegrityReport]):
    """What phones answered CommCare HQ. To be read: the phone already forwarded the result."""

    list_display = (
        *("request_id", "result", "reason", "installation_id", "package", "device_labels", "reported_at"),
    )
    list_filter: ClassVar = ("result", "reported_at")
    search_fields = ("request_id__exact", "installation_id__exact")
