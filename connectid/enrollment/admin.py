"""Enrollment sessions for support staff: read only, never their keys."""

from typing import ClassVar

from django.contrib import admin

from connectid.enrollment.models import EnrollmentSession
from connectid.web.admin_pages import MaskedAdmin, OfAccounts


@admin.register(EnrollmentSession)
class EnrollmentSessionAdmin(MaskedAdmin[EnrollmentSession], OfAccounts[EnrollmentSession]):
    """What became of a sign-up."""

    masked = ("phone_number", "verified_email")
    number = "phone_number"
    list_display = (
        *("id", "phone_number", "country", "line_type", "is_invited", "proof_method"),
        *("created_at", "expires_at", "subject"),
    )
    list_filter: ClassVar = ("is_invited", "is_fictitious", "proof_method", "line_type")
    fields = (
        *("phone_number", "subject", "is_invited", "is_fictitious", "country", "line_type", "carrier"),
        *("installation_id", "device_model", "created_at", "expires_at", "phone_proven_at", "proof_method"),
        *("verified_email", "name_checks"),
    )
