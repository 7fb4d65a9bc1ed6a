"""Notifications in the admin: whether they left, and whether the phone has them. What they say is not shown."""

from typing import ClassVar
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from connectid.notifications.models import Notification
from connectid.web.admin_pages import ReadOnlyAdmin


class Standing(admin.SimpleListFilter):
    """Where a notification stands."""

    title = "standing"
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        """The choices."""
        return [
            ("push", "waits to be pushed"),
            ("unread", "not acknowledged"),
            ("received", "acknowledged by the phone"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Notification]) -> QuerySet[Notification]:
        """Those of the choice."""
        match self.value():
            case "push":
                return queryset.filter(push_due_at__isnull=False)
            case "unread":
                return queryset.filter(received_at=None)
            case "received":
                return queryset.filter(received_at__isnull=False)
        return queryset


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin[Notification]):
    """To find out why a phone did not show something. What it was to show is the worker's, and is not even read here."""

    list_display = ("id", "kind", "created_at", "push_attempts", "push_due_at", "received_at")
    list_filter: ClassVar = (Standing, "kind")
    ordering = ("-created_at",)
    show_full_result_count = False
    search_fields = ("account__username",)
    search_help_text = "A whole subject, or the whole id of a notification. Messages lead to theirs."
    fields = (
        *("id", "account", "kind", "message_id", "created_at"),
        *("push_attempts", "push_due_at", "received_at"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Notification]:
        """Every notification with its account's subject, its content left in the database."""
        return super().get_queryset(request).select_related("account").only(*self.fields, "account__username")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Notification], search_term: str
    ) -> tuple[QuerySet[Notification], bool]:
        """Find by exact match, each by an index."""
        wanted = search_term.strip()
        if not wanted:
            return queryset, False
        try:
            given = UUID(wanted)
        except ValueError:
            return queryset.filter(account__username=wanted), False
        return queryset.filter(pk=given), False
