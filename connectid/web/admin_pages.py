"""Two kinds of admin pages: of what only the server writes, and of what has a secret."""

from abc import abstractmethod
from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from connectid.core import secrets


class ReadOnlyAdmin[Row: Model](admin.ModelAdmin[Row]):
    """Rows that only the server writes; the pages show them to whoever may view them."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        """Nobody edits."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        """Nobody deletes."""
        return False


class SecretShownOnce[Owner: Model](admin.ModelAdmin[Owner]):
    """Makes the secret of a new row, and on demand a new one for an existing row; it is shown then and never again."""

    actions = ("replace_secrets",)

    @abstractmethod
    def put_new_secret(self, owner: Owner) -> str:
        """Put what is stored of a new secret on ``owner``, without saving it, and return the secret."""

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Suggest a client id."""
        return {"client_id": secrets.new_client_id()} | super().get_changeform_initial_data(request)

    def save_model(self, request: HttpRequest, obj: Owner, form: ModelForm[Owner], change: bool) -> None:
        """Save; a new row gets its secret, which the next page shows."""
        secret = None if change else self.put_new_secret(obj)
        super().save_model(request, obj, form, change)
        if secret is not None:
            self._show(request, obj, secret)

    @admin.action(description="Replace the secret (the old one stops working)", permissions=["change"])
    def replace_secrets(self, request: HttpRequest, queryset: QuerySet[Owner]) -> None:
        """Give each selected row a new secret and show it."""
        for owner in queryset:
            secret = self.put_new_secret(owner)
            owner.save()
            self.log_change(request, owner, "Replaced the secret.")
            self._show(request, owner, secret)

    def _show(self, request: HttpRequest, owner: Owner, secret: str) -> None:
        text = f"The secret of {owner} is {secret} — copy it now, it will not be shown again."
        self.message_user(request, text, messages.WARNING)
