"""Members of staff: the accounts that sign in to the admin with a password."""

from dataclasses import dataclass

from django.contrib.auth.models import Group
from django.db import transaction

from connectid.accounts.errors import StaffExists
from connectid.accounts.models import Account
from connectid.core import secrets

PASSWORD_BYTES = 16


@dataclass(frozen=True, slots=True)
class NewPassword:
    """A name and the password that was set for it, not to be seen again."""

    username: str
    password: str


def create_admin(
    *, username: str, password: str = "", reset: bool = False, role: str | None = None
) -> NewPassword:
    """Make a member of staff; the password is made where it is not given. Without a ``role``, they may do everything.

    With ``reset``, one that exists gets the password and the role, and its sessions end. Raises
    :class:`~connectid.accounts.errors.StaffExists` without it, and always for a worker's account.
    """
    given = NewPassword(username=username, password=password or secrets.new_urlsafe_token(PASSWORD_BYTES))
    with transaction.atomic():
        existing = Account.objects.select_for_update().filter(username=username).first()
        if existing is None:
            existing = Account.objects.create_superuser(given.username, given.password)
        elif reset and existing.is_staff:
            existing.set_password(given.password)
            existing.is_active = True
        else:
            raise StaffExists
        existing.is_superuser = role is None
        existing.save(update_fields=["password", "is_active", "is_superuser"])
        existing.groups.set(Group.objects.filter(name=role) if role else [])
    return given
