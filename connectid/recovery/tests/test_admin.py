"""Locking, unlocking and deactivating accounts in the admin."""

from collections.abc import Iterator

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client
from zeal import zeal_ignore

from connectid.accounts import staff
from connectid.accounts.models import Account
from connectid.core import clock
from connectid.recovery.operations import closing
from connectid.testing.scene import new_account, new_phone

pytestmark = pytest.mark.django_db

PAGE = "/admin/accounts/account/"


@pytest.fixture(autouse=True)
def admin(client: Client) -> Iterator[Account]:
    """An admin who is signed in. One request fetches two accounts: who looks, and who is looked at."""
    staff.create_admin(username="admin", password="correct horse")
    signed_in = Account.objects.get(username="admin")
    client.force_login(signed_in)
    with zeal_ignore([{"model": "accounts.Account", "field": "get()"}]):
        yield signed_in


def act(client: Client, action: str, *accounts: Account) -> str:
    """Choose an action for accounts; return what the next page says."""
    chosen = {"action": action, "_selected_action": [str(account.pk) for account in accounts]}
    response = client.post(PAGE, chosen, follow=True)
    assert response.status_code == 200
    return " ".join(str(message) for message in response.context["messages"])


def logged(account: Account) -> list[str]:
    entries = LogEntry.objects.filter(object_id=str(account.pk)).order_by("pk")
    return [entry.change_message for entry in entries]


def test_lock_and_unlock(client: Client) -> None:
    phone = new_phone()
    assert act(client, "lock", phone.account) == f"{phone.account}: Locked."
    phone.account.refresh_from_db()
    assert (phone.account.is_active, phone.account.is_locked) == (False, True)
    assert client.get("/users/fetch_db_key", headers=phone.headers).status_code == 401
    assert act(client, "unlock", phone.account) == f"{phone.account}: Unlocked."
    phone.account.refresh_from_db()
    assert (phone.account.is_active, phone.account.is_locked) == (True, False)
    assert logged(phone.account) == ["Locked.", "Unlocked."]


def test_deactivate(client: Client) -> None:
    account = new_account()
    assert act(client, "deactivate", account) == f"{account}: Deactivated."
    account.refresh_from_db()
    assert (account.is_active, account.is_locked) == (False, False)
    assert logged(account) == ["Deactivated."]


def test_what_changes_nothing_is_not_logged(client: Client) -> None:
    account = new_account()
    assert act(client, "unlock", account) == f"{account}: nothing to do."
    assert logged(account) == []


def test_one_account_at_a_time(client: Client) -> None:
    accounts = [new_account(), new_account()]
    assert act(client, "lock", *accounts) == "Choose one account at a time."
    assert not Account.objects.filter(is_active=False).exists()


def test_staff_are_not_locked_here(client: Client, admin: Account) -> None:
    assert act(client, "lock", admin).startswith("This is a member of staff")
    admin.refresh_from_db()
    assert admin.is_active


def test_a_number_that_another_account_has(client: Client) -> None:
    account = new_account()
    closing.lock(account_id=account.pk, at=clock.now())
    new_account(phone_number=account.phone_number)
    assert act(client, "unlock", account).startswith("Another active account has the number")
    assert logged(account) == []


@pytest.mark.parametrize("right", ["view_account", "change_account"])
def test_who_may(client: Client, admin: Account, right: str) -> None:
    """Members of staff with the right to change accounts; who may only look is offered no action."""
    supporter = Account.objects.create(username="supporter", is_staff=True)
    supporter.user_permissions.add(Permission.objects.get(codename="view_account"))
    supporter.user_permissions.add(Permission.objects.get(codename=right))
    client.force_login(supporter)
    account = new_account()
    act(client, "lock", account)
    account.refresh_from_db()
    assert account.is_active is (right == "view_account")
