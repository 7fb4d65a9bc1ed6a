"""What support does to an account in the admin: lock, unlock, deactivate."""

from collections.abc import Callable

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from connectid.accounts.admin import AccountAdmin
from connectid.accounts.models import Account
from connectid.core import clock
from connectid.core.errors import DomainError
from connectid.recovery.operations import closing, lifting

admin.site.unregister(Account)


@admin.register(Account)
class ClosableAccountAdmin(AccountAdmin):
    """Accounts that can be closed and opened: one at a time, since each is a decision about one person, and on record."""

    actions = ("lock", "unlock", "deactivate")

    @admin.action(description="Lock: signs the phone out, until staff unlock", permissions=["change"])
    def lock(self, request: HttpRequest, queryset: QuerySet[Account]) -> None:
        """Lock the account of a lost or stolen phone."""
        at = clock.now()
        self._do(request, queryset, "Locked.", lambda account_id: closing.lock(account_id=account_id, at=at))

    @admin.action(description="Unlock: gives three new tries of the backup code", permissions=["change"])
    def unlock(self, request: HttpRequest, queryset: QuerySet[Account]) -> None:
        """Lift a lock."""
        self._do(request, queryset, "Unlocked.", lambda account_id: lifting.unlock(account_id=account_id))

    @admin.action(description="Deactivate: for good, frees the number", permissions=["change"])
    def deactivate(self, request: HttpRequest, queryset: QuerySet[Account]) -> None:
        """Close the account of somebody who left, or whose number is another person's now."""
        at = clock.now()
        self._do(
            request,
            queryset,
            "Deactivated.",
            lambda account_id: closing.deactivate(account_id=account_id, at=at),
        )

    def _do(
        self, request: HttpRequest, queryset: QuerySet[Account], done: str, act: Callable[[int], bool]
    ) -> None:
        chosen = list(queryset[:2])
        if len(chosen) != 1:
            self.message_user(request, "Choose one account at a time.", messages.ERROR)
            return
        [account] = chosen
        if account.is_staff:
            self.message_user(
                request, "This is a member of staff: take the rights away instead.", messages.ERROR
            )
            return
        try:
            changed = act(account.pk)
        except DomainError as refused:
            self.message_user(request, " ".join((type(refused).__doc__ or "").split()), messages.ERROR)
            return
        if changed:
            self.log_change(request, account, done)
            self.message_user(request, f"{account}: {done}", messages.SUCCESS)
        else:
            self.message_user(request, f"{account}: nothing to do.", messages.WARNING)
