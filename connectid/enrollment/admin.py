"""Enrollment sessions for support staff: read only, never their keys."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from connectid.enrollment.models import EnrollmentSession


@admin.register(EnrollmentSession)
class EnrollmentSessionAdmin(admin.ModelAdmin[EnrollmentSession]):
    """What became of a sign-up."""

    list_display = (
        "id",
        "phone_number",
        "country",
        "line_type",
        "is_invited",
        "proof_method",
        "created_at",
        "expires_at",
        "account",
    )
    list_filter = ("is_invited", "is_fictitious", "proof_method", "country")
    list_select_related = ("account",)
    search_fields = ("=phone_number",)
    search_help_text = "A whole phone number, with its +"
    date_hierarchy = "created_at"
    exclude = ("key_digest", "latitude", "longitude")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Sessions are made by phones."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing about a session is for people to change."""
        return False
