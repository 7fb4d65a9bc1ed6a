"""Message servers in the admin, with their health; secrets are shown once. And the calls to them that wait or were given up."""

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from connectid.core import clock, durations
from connectid.messaging import queries
from connectid.messaging.models import Callback, Channel, Message, MessageServer
from connectid.messaging.operations import outcomes, servers
from connectid.web.admin_pages import OfAccounts, ReadOnlyAdmin, SecretShownOnce


@admin.register(MessageServer)
class MessageServerAdmin(SecretShownOnce[MessageServer]):
    """Rotating a secret keeps the one before it good, so that the partner can change over."""

    previous = "previous_secret"
    fields = (
        "name",
        "client_id",
        "key_url",
        "callback_url",
        "delivery_url",
        "consent_url",
        "is_active",
        "created_at",
        "last_success_at",
        "failures_in_a_row",
        "paused_until",
        "waiting",
        "oldest",
        "given_up",
    )
    list_display = (
        "name",
        "is_active",
        "waiting",
        "oldest",
        "given_up",
        "failures_in_a_row",
        "paused_until",
        "last_success_at",
        "has_previous_secret",
    )
    list_filter: ClassVar = ("is_active",)
    search_fields = ("name", "client_id")
    ordering = ("name",)

    def has_delete_permission(self, request: HttpRequest, obj: MessageServer | None = None) -> bool:
        """It is switched off instead: with it would go its channels, and with those the keys on every phone (contract 6.1)."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[MessageServer]:
        """Each server with its backlog, in the same statement."""
        return queries.with_backlog(super().get_queryset(request))

    def get_readonly_fields(self, request: HttpRequest, obj: MessageServer | None = None) -> tuple[str, ...]:
        """A client id is what the partner has stored, so it never changes."""
        health = ("last_success_at", "failures_in_a_row", "paused_until", "waiting", "oldest", "given_up")
        return ("created_at", *health) if obj is None else ("created_at", "client_id", *health)

    @admin.display(description="calls waiting", ordering="calls_waiting")
    def waiting(self, server: MessageServer) -> int:
        """How many calls are still to be made to it."""
        return getattr(server, "calls_waiting", None) or 0

    @admin.display(description="oldest waits for", ordering="oldest_call")
    def oldest(self, server: MessageServer) -> str:
        """For how long the first of them has waited."""
        since = getattr(server, "oldest_call", None)
        return "-" if since is None else durations.in_words((clock.now() - since).total_seconds())

    @admin.display(description="calls given up", ordering="calls_given_up")
    def given_up(self, server: MessageServer) -> int:
        """How many calls were given up, and could be made again."""
        return getattr(server, "calls_given_up", None) or 0

    def put_new_secret(self, owner: MessageServer) -> str:
        """Make the secret so far, if there is one, the previous one."""
        owner.previous_secret = owner.secret or None
        owner.secret = servers.new_secret()
        return owner.secret


class Standing(admin.SimpleListFilter):
    """Whether a call is still to be made."""

    title = "standing"
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The two there are."""
        return [("waiting", "waiting"), ("given_up", "given up")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Callback]) -> QuerySet[Callback]:
        """The calls of the one that was chosen."""
        if self.value() is None:
            return queryset
        return queryset.filter(given_up_at__isnull=self.value() == "waiting")


@admin.register(Callback)
class CallbackAdmin(ReadOnlyAdmin[Callback]):
    """Calls that wait or were given up; those that arrived leave no row. What they say is not shown: it is the partner's."""

    list_display = ("id", "kind", "server", "attempts", "failure", "due_at", "given_up_at")
    list_filter = (Standing, "kind", "channel__server")
    list_select_related = ("channel__server",)
    fields = (*list_display, "channel_id", "message_id", "is_refused", "created_at")
    ordering = ("-id",)
    show_full_result_count = False
    actions = ("replay",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Callback]:
        """Their partners come along, and their bodies do not."""
        return super().get_queryset(request).select_related("channel__server").defer("body")

    @admin.display(description="message server", ordering="channel__server__name")
    def server(self, callback: Callback) -> str:
        """Whom it is for."""
        return callback.channel.server.name

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Replaying needs Django's permission to change callbacks."""
        return request.user.has_perm("messaging.change_callback")

    @admin.action(description="Replay selected calls that were given up", permissions=["operate"])
    def replay(self, request: HttpRequest, queryset: QuerySet[Callback]) -> None:
        """Let the given-up calls among the selected ones be made again."""
        chosen = Callback.objects.filter(pk__in=list(queryset.values_list("pk", flat=True)))
        count = outcomes.replay(chosen, at=clock.now())
        self.message_user(request, f"{count} calls will be made again.", messages.SUCCESS)


@admin.register(Channel)
class ChannelAdmin(OfAccounts[Channel]):
    """Which partners a person hears from."""

    related = ("server__name",)
    list_display = ("id", "subject", "server", "source", "consent", "created_at")
    list_filter: ClassVar = ("consent",)
    fields = ("subject", "server", "source", "name", "consent", "created_at", "relaying_until")


@admin.register(Message)
class MessageAdmin(OfAccounts[Message]):
    """That a message exists and how far it came."""

    account = "channel__account"
    related = ("channel__id",)
    list_display = ("id", "subject", "direction", "status", "sent_at", "received_at")
    list_filter: ClassVar = ("direction", "status")
    fields = ("subject", "channel", "direction", "status", "sent_at", "received_at", "notification")
    search_help_text = "A whole subject, or the whole id of a message."

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Message], search_term: str
    ) -> tuple[QuerySet[Message], bool]:
        """Find one message, or those of one account."""
        try:
            return queryset.filter(pk=UUID(search_term.strip())), False
        except ValueError:
            return super().get_search_results(request, queryset, search_term)

    @admin.display(description="notification")
    def notification(self, message: Message) -> str:
        """The way to what told the phone of it, as long as that is kept."""
        told = queries.notification_of(message)
        if told is None:
            return "-"
        page = reverse("admin:notifications_notification_change", args=[told])
        return format_html('<a href="{}">{}</a>', page, told)
