"""Issuers, what they issue and who holds it, in the admin; secrets are shown once."""

from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import QuerySet
from django.http import HttpRequest

from connectid.accounts import queries as accounts
from connectid.core import clock, phone, secrets
from connectid.credentials.models import REASON_LENGTH, Award, Credential, Issuer
from connectid.credentials.operations import issuers, revoking
from connectid.web.admin_pages import ReadOnlyAdmin, SecretShownOnce

MOST_AT_ONCE = 1000
"""Awards of one action: whoever has to revoke more has a list, and an issuer's credentials to send it with."""


@admin.register(Issuer)
class IssuerAdmin(SecretShownOnce[Issuer]):
    """Rotating a secret keeps the one before it good, so that the issuer can change over."""

    previous = "previous_secret_digest"
    fields = ("authority", "environment", "client_id", "is_active", "created_at")
    list_display = (
        *("client_id", "authority", "environment", "is_active", "has_previous_secret", "created_at"),
    )
    list_filter: ClassVar = ("authority", "environment", "is_active")
    search_fields = ("client_id",)

    def get_readonly_fields(self, request: HttpRequest, obj: Issuer | None = None) -> tuple[str, ...]:
        """A client id is what the issuer has stored, so it never changes."""
        return ("created_at",) if obj is None else ("created_at", "client_id")

    def put_new_secret(self, owner: Issuer) -> str:
        """Make the digest so far, if there is one, the previous one."""
        secret = secrets.new_token()
        owner.previous_secret_digest = owner.secret_digest
        owner.secret_digest = issuers.secret_digest(secret)
        return secret


@admin.register(Credential)
class CredentialAdmin(ReadOnlyAdmin[Credential]):
    """What issuers certify; only they write it."""

    list_display = ("title", "type", "level", "slug", "issuer", "created_at")
    list_filter: ClassVar = ("issuer__authority", "issuer__environment", "type", "level")
    search_fields = ("title", "=slug", "=app_id", "=opportunity_id")
    ordering = ("-pk",)
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Credential]:
        """Every credential with its issuer, of whom only the name is read."""
        found = super().get_queryset(request).select_related("issuer")
        return found.defer("issuer__secret_digest", "issuer__previous_secret_digest")


class ReasonForm(ActionForm):
    """Why, beside the list of actions."""

    reason = forms.CharField(required=False, max_length=REASON_LENGTH, label="Reason")


class StandingFilter(admin.SimpleListFilter):
    """Whether an award stands."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> list[tuple[str, str]]:
        """Offer the states."""
        return [("offered", "not accepted yet"), ("accepted", "accepted"), ("revoked", "revoked")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Award]) -> QuerySet[Award]:
        """Leave those of the chosen state."""
        match self.value():
            case "offered":
                return queryset.filter(revoked_at=None, accepted_at=None)
            case "accepted":
                return queryset.filter(revoked_at=None, accepted_at__isnull=False)
            case "revoked":
                return queryset.filter(revoked_at__isnull=False)
        return queryset


@admin.register(Award)
class AwardAdmin(ReadOnlyAdmin[Award]):
    """Who holds what. Revoking is for good and needs a reason, which stays with the award and in the log of staff's actions."""

    action_form = ReasonForm
    actions = ("revoke",)
    fields = (
        *("uuid", "holder", "credential", "awarded_at", "told_at", "accepted_at", "revoked_at"),
        *("revocation_reason", "status_list", "status_index"),
    )
    readonly_fields = fields
    list_display = ("uuid", "holder", "credential", "awarded_at", "accepted_at", "revoked_at")
    list_filter: ClassVar = (
        *(StandingFilter, "credential__issuer__authority", "credential__issuer__environment"),
        *("credential__type", "credential__level"),
    )
    search_fields = ("uuid",)
    search_help_text = "A whole subject, a whole phone number with its +, or the id of an award."
    ordering = ("-pk",)
    show_full_result_count = False
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[Award]:
        """Every award with its holder's username and its credential, and nothing else of either."""
        found = super().get_queryset(request).select_related("account", "credential", "status_list")
        return found.only(
            *(
                "uuid",
                "awarded_at",
                "told_at",
                "accepted_at",
                "revoked_at",
                "revocation_reason",
                "status_index",
            ),
            *("account__username", "credential__title", "credential__type", "credential__level"),
            "status_list__number",
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Award], search_term: str
    ) -> tuple[QuerySet[Award], bool]:
        """Find by exact match: half a number is a way to browse people."""
        wanted = search_term.strip()
        if not wanted:
            return queryset, False
        if wanted.count("-") == 4:
            return super().get_search_results(request, queryset, wanted)
        try:
            number = phone.parse(wanted).e164
        except phone.UnparsablePhoneNumber:
            return queryset.filter(account__username=wanted), False
        return queryset.filter(account__in=accounts.with_number(number).values("pk")), False

    @admin.display(description="holder", ordering="account")
    def holder(self, award: Award) -> str:
        """The holder's subject."""
        return award.account.username

    @admin.action(description="Revoke for good (needs a reason)", permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Award]) -> None:
        """Revoke the chosen awards."""
        reason = request.POST.get("reason", "").strip()
        chosen = list(queryset.filter(revoked_at=None)[: MOST_AT_ONCE + 1])
        if not reason:
            self.message_user(request, "Say why: type a reason beside the action.", messages.ERROR)
            return
        if len(chosen) > MOST_AT_ONCE:
            self.message_user(request, f"At most {MOST_AT_ONCE} awards at once.", messages.ERROR)
            return
        revoked = revoking.revoke(award_ids=[award.pk for award in chosen], reason=reason, at=clock.now())
        if chosen:
            self.log_changes(request, chosen, reason)
        self.message_user(request, f"{revoked} revoked.", messages.SUCCESS if revoked else messages.WARNING)

    def log_changes(self, request: HttpRequest, awards: list[Award], reason: str) -> None:
        """Note on each award who revoked it, and why; one statement."""
        LogEntry.objects.log_actions(
            user_id=cast(int, request.user.pk),
            queryset=awards,
            action_flag=CHANGE,
            change_message=f"Revoked: {reason}",
        )

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Whoever may change awards."""
        permitted: bool = request.user.has_perm("credentials.change_award")
        return permitted
