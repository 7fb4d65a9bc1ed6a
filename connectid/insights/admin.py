"""Counts, sign-ins and exports in the admin: to be read."""

from django.contrib import admin

from connectid.insights.models import ExportRun, HqSignIn, MonthlyCount
from connectid.web.admin_pages import OfAccounts, ReadOnlyAdmin


@admin.register(MonthlyCount)
class MonthlyCountAdmin(ReadOnlyAdmin[MonthlyCount]):
    """What is counted already; accounts that changed in the last minutes are added when somebody asks."""

    list_display = ("month", "total", "self_enrolled")
    ordering = ("-month",)


@admin.register(HqSignIn)
class HqSignInAdmin(OfAccounts[HqSignIn]):
    """When workers signed in to CommCare HQ."""

    list_display = ("subject", "at")
    fields = ("subject", "at")
    readonly_fields = ("subject",)
    show_full_result_count = False
    ordering = ("-pk",)


@admin.register(ExportRun)
class ExportRunAdmin(ReadOnlyAdmin[ExportRun]):
    """Exports of the last month: how far each got, and whether readers see it."""

    list_display = ("table", "destination", "started_at", "rows", "is_published", "ended_at")
    list_filter = ("destination", "table", "is_published")
    ordering = ("-pk",)
