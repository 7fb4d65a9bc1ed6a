"""Look-ups in the admin: who asked, and who was found."""

from typing import ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from connectid.accounts.models import Account
from connectid.directory import queries
from connectid.directory.models import LookUp
from connectid.web.admin_pages import ReadOnlyAdmin

MOST_SHOWN = 1_000


@admin.register(LookUp)
class LookUpAdmin(ReadOnlyAdmin[LookUp]):
    """To be read by whoever audits. Search by a client's id, or by a username for who looked that person up."""

    list_display = ("at", "client_id", "kind", "asked", "filters", "found", "address")
    list_filter = ("kind", "at")
    search_fields = ("client_id__exact",)
    search_help_text = "A client's id, or a username: who looked that person up."
    show_full_result_count = False
    ordering = ("-pk",)
    fields: ClassVar = ("at", "client_id", "address", "kind", "asked", "filters", "found", "accounts")
    readonly_fields = ("accounts",)

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[LookUp]", search_term: str
    ) -> tuple["QuerySet[LookUp]", bool]:
        """Find look-ups of a client, or those that told of an account."""
        account = Account.objects.filter(username=search_term.strip()).values_list("pk", flat=True).first()
        if account is not None:
            return queryset.filter(pk__in=queries.look_ups_of(account).order_by().values("pk")), False
        return super().get_search_results(request, queryset, search_term)

    @admin.display(description="accounts found")
    def accounts(self, look_up: LookUp) -> str:
        """The usernames of the accounts in the answer; one statement."""
        shown = look_up.account_ids[:MOST_SHOWN]
        names = dict(Account.objects.filter(pk__in=shown).values_list("pk", "username"))
        told = ", ".join(names.get(pk, f"(account {pk}, gone)") for pk in shown)
        rest = len(look_up.account_ids) - len(shown)
        return f"{told} and {rest} more" if rest else told or "none"
