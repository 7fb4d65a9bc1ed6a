"""Counts and sign-ins in the admin: to be read."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from connectid.insights.models import HqSignIn, MonthlyCount
from connectid.web.admin_pages import ReadOnlyAdmin


@admin.register(MonthlyCount)
class MonthlyCountAdmin(ReadOnlyAdmin[MonthlyCount]):
    """What is counted already; accounts that changed in the last minutes are added when somebody asks."""

    list_display = ("month", "total", "self_enrolled")
    ordering = ("-month",)


@admin.register(HqSignIn)
class HqSignInAdmin(ReadOnlyAdmin[HqSignIn]):
    """When workers signed in to CommCare HQ. Search by a whole username."""

    list_display = ("account", "at")
    search_fields = ("account__username__exact",)
    show_full_result_count = False
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[HqSignIn]:
        """With the accounts, for the page of one row, too."""
        return super().get_queryset(request).select_related("account")
