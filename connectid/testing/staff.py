"""Members of staff for tests."""

from django.test import Client

from connectid.accounts import staff
from connectid.accounts.models import Account
from connectid.staff import roles


def new_staff(name: str = "sam", *, role: str | None = None) -> Account:
    """A member of staff with a role, or who may do everything."""
    roles.write()
    staff.create_admin(username=name, password="correct horse", role=role)
    return Account.objects.get(username=name)


def sign_in(client: Client, name: str = "sam", *, role: str | None = None) -> Account:
    """The same, signed in to the admin."""
    member = new_staff(name, role=role)
    client.force_login(member)
    return member
