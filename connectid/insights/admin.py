"""Counts and sign-ins in the admin: to be read."""

from django.contrib import admin

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
    list_select_related = ("account",)
    search_fields = ("=account__username",)
    show_full_result_count = False
    ordering = ("-pk",)
