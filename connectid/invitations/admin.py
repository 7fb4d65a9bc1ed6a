"""Invitations in the admin: to be read, without the code that links accounts."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from connectid.invitations.models import HqInvite
from connectid.web.admin_pages import ReadOnlyAdmin


@admin.register(HqInvite)
class HqInviteAdmin(ReadOnlyAdmin[HqInvite]):
    """For "I got no invitation"."""

    list_display = ("account", "hq_domain", "hq_username", "client_id", "created_at")
    exclude = ("invite_code",)
    search_fields = ("=account__username", "=hq_domain")
    search_help_text = "A whole username or project."
    show_full_result_count = False
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[HqInvite]":
        """With the accounts, whose usernames every page shows, and never the code."""
        return super().get_queryset(request).select_related("account").defer("invite_code")
