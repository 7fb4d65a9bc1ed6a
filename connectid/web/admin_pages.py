"""Kinds of admin pages: of what only the server writes, of what belongs to accounts, and of what has a secret."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.functional import cached_property

from connectid.core import phone, secrets


class BoundedPaginator(Paginator[Any]):
    """Counts to ten thousand and no further: counting a million rows would be the slowest statement of the page."""

    MOST = 10_000

    @cached_property
    def count(self) -> int:
        """How many there are, or ten thousand where there are more."""
        rows: Any = self.object_list
        return int(rows.order_by()[: self.MOST].count())


class ReadOnlyAdmin[Row: Model](admin.ModelAdmin[Row]):
    """Rows that only the server writes; the pages show them to whoever may view them.

    However many there are: nothing here counts, sorts or groups a whole table.
    """

    ordering: ClassVar[Any] = ("-pk",)
    show_full_result_count = False
    paginator = BoundedPaginator

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        """Nobody edits."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        """Nobody deletes."""
        return False


class MaskedAdmin[Row: Model](ReadOnlyAdmin[Row]):
    """Rows with numbers and email addresses, named in :attr:`masked`: found by the whole, shown in part.

    The whole is on the worker's page, for who may see it, and on record there (``connectid.staff``).
    """

    masked: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for name in cls.masked:
            setattr(cls, f"masked_{name}", _masked(name))

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """The columns, each that is masked behind its mask."""
        return [self._behind_mask(name) for name in super().get_list_display(request)]

    def get_list_display_links(self, request: HttpRequest, list_display: Sequence[Any]) -> list[Any]:
        """The first column leads to the row."""
        return list(list_display)[:1]

    def get_fields(self, request: HttpRequest, obj: Row | None = None) -> list[Any]:
        """The fields, likewise."""
        return [self._behind_mask(name) for name in super().get_fields(request, obj)]

    def _behind_mask(self, name: Any) -> Any:
        return f"masked_{name}" if name in self.masked else name


class OfAccounts[Row: Model](ReadOnlyAdmin[Row]):
    """Rows that belong to accounts, found by a whole subject."""

    account: ClassVar[str] = "account"
    """The way from a row to its account."""
    nobody: ClassVar[str] = "nobody's yet"
    """What stands where a row has no account."""
    number: ClassVar[str] = ""
    """The column of a phone number by which rows are found as well, if they have one."""
    related: ClassVar[tuple[str, ...]] = ()
    """What else a row is shown with: ``server__name``."""
    search_help_text = "A whole subject, or a whole phone number with its +, where rows have one."

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """That there is something to search by; :meth:`get_search_results` does."""
        return (f"{self.account}__username",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Row]:
        """Every row with its account's subject, and nothing that is not shown: no secret and no address."""
        ours = {field.name for field in self.model._meta.get_fields()}
        named = (*self.get_fields(request), *self.list_display)
        shown = {str(name).removeprefix("masked_") for name in named} & ours
        joined = [way.rpartition("__")[0] for way in self.related]
        return (
            super()
            .get_queryset(request)
            .select_related(self.account, *joined)
            .only(*sorted(shown), f"{self.account}__username", *self.related)
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Row], search_term: str
    ) -> tuple[QuerySet[Row], bool]:
        """Find the rows of one account, or of one number."""
        wanted = search_term.strip()
        if not wanted:
            return queryset, False
        column = self.number if self.number and wanted.startswith("+") else f"{self.account}__username"
        return queryset.filter(**{column: wanted}), False

    @admin.display(description="account")
    def subject(self, row: Any) -> str:
        """Whose it is."""
        for step in self.account.split("__"):
            row = getattr(row, step)
        return row.username if row else self.nobody


class SecretShownOnce[Owner: Model](admin.ModelAdmin[Owner]):
    """Makes the secret of a new row, and on demand a new one for an existing row; it is shown then and never again.

    The secret before it stays good until it is revoked, so that the other side can change over without a gap.
    """

    actions = ("rotate_secrets", "revoke_previous_secrets")
    previous: ClassVar[str]
    """The field of the secret before the present one, empty where there is none."""

    @abstractmethod
    def put_new_secret(self, owner: Owner) -> str:
        """Put what is stored of a new secret on ``owner``, and the present one in its place, without saving; return the secret."""

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Suggest a client id."""
        return {"client_id": secrets.new_client_id()} | super().get_changeform_initial_data(request)

    def save_model(self, request: HttpRequest, obj: Owner, form: ModelForm[Owner], change: bool) -> None:
        """Save; a new row gets its secret, which the next page shows."""
        secret = None if change else self.put_new_secret(obj)
        super().save_model(request, obj, form, change)
        if secret is not None:
            self._show(request, obj, secret)

    @admin.display(boolean=True, description="two secrets are good")
    def has_previous_secret(self, owner: Owner) -> bool:
        """Whether the secret before the present one still opens."""
        return bool(getattr(owner, self.previous))

    @admin.action(
        description="Rotate the secret (the present one stays good until revoked)", permissions=["change"]
    )
    def rotate_secrets(self, request: HttpRequest, queryset: QuerySet[Owner]) -> None:
        """Give each selected row a new secret and show it. One before the present one ends."""
        for owner in self._chosen(queryset):
            secret = self.put_new_secret(owner)
            owner.save()
            self.log_change(request, owner, "Rotated the secret.")
            self._show(request, owner, secret)

    @admin.action(description="Revoke the secret before the present one", permissions=["change"])
    def revoke_previous_secrets(self, request: HttpRequest, queryset: QuerySet[Owner]) -> None:
        """End the secret that was good beside the present one."""
        for owner in self._chosen(queryset):
            if not self.has_previous_secret(owner):
                self.message_user(request, f"{owner} has one secret only.", messages.WARNING)
                continue
            field = self.model._meta.get_field(self.previous)
            setattr(owner, self.previous, None if getattr(field, "null", False) else "")
            owner.save()
            self.log_change(request, owner, "Revoked the previous secret.")
            self.message_user(request, f"The previous secret of {owner} is revoked.", messages.SUCCESS)

    def _chosen(self, queryset: QuerySet[Owner]) -> QuerySet[Owner]:
        """The rows alone, without what the list counts beside them."""
        return self.model._default_manager.filter(pk__in=list(queryset.values_list("pk", flat=True)))

    def _show(self, request: HttpRequest, owner: Owner, secret: str) -> None:
        text = f"The secret of {owner} is {secret} — copy it now, it will not be shown again."
        self.message_user(request, text, messages.WARNING)


def _masked(name: str) -> Any:
    @admin.display(description=name.replace("_", " "), ordering=name)
    def shown(_admin: Any, row: Any) -> str:
        return phone.masked(getattr(row, name))

    return shown
