"""Accounts in the admin. Keys, codes and passwords appear nowhere, not even as hashes."""

from typing import ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from connectid.accounts import queries
from connectid.accounts.models import Account
from connectid.core import phone
from connectid.web.admin_pages import BoundedPaginator

SECRETS = ("password", "storage_key", "backup_code")
IDENTITY = ("username", "name", "date_joined", "last_login")
RIGHTS = ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")


@admin.register(Account)
class AccountAdmin(admin.ModelAdmin[Account]):
    """People to look up and members of staff to give rights to.

    Accounts come from enrolling and from ``connectid create-admin``, and what a worker's account says changes only the way
    the app changes it. So only the rights of staff can be edited, by a superuser. A worker has a page of their own
    (``connectid.staff``).
    """

    list_display = ("username", "name", "is_active", "locked_at", "is_staff", "date_joined")
    list_filter: ClassVar = ("is_active", "is_staff", "is_invited")
    ordering = ("-pk",)
    show_full_result_count = False
    paginator = BoundedPaginator
    search_fields = ("username", "phone_number")
    search_help_text = "A whole subject or a whole phone number with its +."
    filter_horizontal = ("groups", "user_permissions")
    fieldsets = (
        (None, {"fields": IDENTITY}),
        ("Rights", {"fields": RIGHTS}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Account]:
        """Every account, its secrets left in the database."""
        return super().get_queryset(request).defer(*SECRETS)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Account], search_term: str
    ) -> tuple[QuerySet[Account], bool]:
        """Find by exact match: half a number is a way to browse people."""
        wanted = search_term.strip()
        if not wanted:
            return queryset, False
        try:
            number = phone.parse(wanted).e164
        except phone.UnparsablePhoneNumber:
            return queryset.filter(username=wanted), False
        return queryset.filter(pk__in=queries.with_number(number).values("pk")), False

    def get_readonly_fields(self, request: HttpRequest, obj: Account | None = None) -> tuple[str, ...]:
        """Everything, but for a superuser the rights of staff."""
        may_edit = obj is not None and obj.is_staff and getattr(request.user, "is_superuser", False)
        return IDENTITY if may_edit else (*IDENTITY, *RIGHTS)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds accounts here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Account | None = None) -> bool:
        """Nobody deletes accounts here."""
        return False
