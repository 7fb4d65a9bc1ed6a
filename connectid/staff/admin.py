"""The worker's page, and the audit trail, in the admin."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from connectid.accounts.admin import AccountAdmin
from connectid.accounts.models import Account
from connectid.core import clock
from connectid.core.errors import DomainError
from connectid.staff import export, operations, queries, trail
from connectid.staff.models import REASON_LENGTH, AuditEntry
from connectid.web.admin_pages import ReadOnlyAdmin

REVEAL = "reveal"

admin.site.unregister(Account)


class Deed(forms.Form):
    """What is to be done to a worker's account, and why. Nothing happens without a reason."""

    act = forms.ChoiceField(choices=[(name, name) for name in (*operations.ACTS, REVEAL)])
    reason = forms.CharField(min_length=5, max_length=REASON_LENGTH)


@admin.register(Account)
class WorkerAdmin(AccountAdmin):
    """Members of staff as Django shows them; a worker on a page of everything that support may know and do."""

    def get_urls(self) -> list[URLPattern]:
        """Django's, and where the forms of a worker's page go."""
        act = self.admin_site.admin_view(require_POST(self.act_view))
        return [path("<int:object_id>/act/", act, name="accounts_account_act"), *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """A worker's page, on record; Django's form for a member of staff."""
        account = queries.account(int(object_id)) if object_id.isdecimal() else None
        if account is None or account.is_staff:
            return super().change_view(request, object_id, form_url, extra_context)
        if not self.has_view_permission(request, account):
            raise PermissionDenied
        trail.record(request, "viewed", target=account)
        return self._page(request, account, in_full=False)

    def act_view(self, request: HttpRequest, object_id: int) -> HttpResponseBase:
        """Do what a form of the page asks, and put it on record with its reason, in one transaction."""
        account = queries.account(object_id)
        if account is None or account.is_staff:
            raise Http404
        deed = Deed(request.POST)
        if not self.has_view_permission(request, account) or not _may(request, deed.data.get("act", "")):
            raise PermissionDenied
        if not deed.is_valid():
            self.message_user(request, "Give a reason: a ticket, or who called.", messages.ERROR)
            return self._back(object_id)
        act, reason = deed.cleaned_data["act"], deed.cleaned_data["reason"]
        if act == REVEAL:
            trail.record(request, "saw whole numbers of", target=account, reason=reason)
            return self._page(request, account, in_full=True)
        self._perform(request, account, act, reason)
        return self._back(object_id)

    def _perform(self, request: HttpRequest, account: Account, act: str, reason: str) -> None:
        done = operations.ACTS[act].done
        try:
            changed = operations.perform(act=act, account_id=account.pk, at=clock.now())
        except DomainError as refused:
            why = " ".join((type(refused).__doc__ or "").split())
            trail.record(request, f"not {done}", target=account, reason=reason, detail=why)
            self.message_user(request, why, messages.ERROR)
            return
        if not changed:
            self.message_user(request, f"{account}: nothing to do.", messages.WARNING)
            return
        trail.record(request, done, target=account, reason=reason)
        self.message_user(request, f"{account}: {done}.", messages.SUCCESS)

    def _page(self, request: HttpRequest, account: Account, *, in_full: bool) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": account.name or account.username,
            "opts": self.opts,
            "in_full": in_full,
            "may_reveal": not in_full and _may(request, REVEAL),
            "acts": [(name, act) for name, act in operations.ACTS.items() if _may(request, name)],
            "worker": queries.worker(account, at=clock.now(), in_full=in_full, may=request.user.has_perm),
        }
        return render(request, "staff/worker.html", context)

    def _back(self, object_id: int) -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse("admin:accounts_account_change", args=[object_id]))


def _may(request: HttpRequest, act: str) -> bool:
    known = act == REVEAL or act in operations.ACTS
    return known and request.user.has_perm(f"staff.{act}_worker")


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin[AuditEntry]):
    """Who did what to whom, when and why. Nobody changes it, here or elsewhere."""

    list_display = ("at", "staff", "action", "target_type", "target_id", "target", "reason", "detail")
    list_filter: ClassVar = ("at",)
    search_fields = ("staff__exact", "target__exact", "target_id__exact", "action__exact")
    search_help_text = "A whole name of staff, subject of a worker, id or action."
    ordering: ClassVar = ("-pk",)
    actions = ("export",)

    def has_export_permission(self, request: HttpRequest) -> bool:
        """Exporting has a permission of its own."""
        return request.user.has_perm("staff.export_auditentry")

    @admin.action(description="Export the selected entries as CSV", permissions=["export"])
    def export(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> HttpResponseBase:
        """Stream the entries; that they were exported is an entry too."""
        trail.add(request, "exported", "staff.auditentry", "", "the audit trail")
        return export.as_csv(queryset)


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnlyAdmin[LogEntry]):
    """Django's own log of changes, with each changed field; the audit trail repeats it."""

    list_display = ("action_time", "user", "action_flag", "content_type", "object_repr", "object_id")
    list_filter: ClassVar = ("action_flag",)
    list_select_related = ("user", "content_type")
    search_fields = ("=user__username", "=object_id")
    search_help_text = "A whole name of staff, or an id."
    fields = (
        "action_time",
        "user",
        "action_flag",
        "content_type",
        "object_repr",
        "object_id",
        "change_message",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[LogEntry]:
        """Entries with their user's name and nothing else of them."""
        shown = (*self.fields, "user__username", "content_type__app_label", "content_type__model")
        return super().get_queryset(request).select_related("user", "content_type").only(*shown)
