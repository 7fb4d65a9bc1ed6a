"""Accounts in the admin."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from zeal import zeal_ignore

from connectid.accounts import staff
from connectid.accounts.models import Account
from connectid.core import passwords

pytestmark = pytest.mark.django_db

SECRETS = ("STORAGE-KEY", "argon2id_peppered", "field-backup_code", "field-storage_key", "field-password")


@pytest.fixture
def worker() -> Account:
    """A worker who enrolled."""
    return Account.objects.create(
        username="0123456789abcdef0123",
        name="Amina",
        phone_number="+255712345678",
        storage_key="STORAGE-KEY",
        backup_code=passwords.hash_memorised("123456"),
    )


@pytest.fixture(autouse=True)
def _who_looks_and_who_is_looked_at() -> Iterator[None]:
    """Let one request fetch two accounts."""
    with zeal_ignore([{"model": "accounts.Account", "field": "get()"}]):
        yield


@pytest.fixture(autouse=True)
def superuser(client: Client) -> Account:
    """The admin, signed in."""
    staff.create_admin(username="admin", password="correct horse")
    admin = Account.objects.get(username="admin")
    client.force_login(admin)
    return admin


def test_no_page_shows_a_secret(client: Client, worker: Account) -> None:
    for page in ("/admin/accounts/account/", f"/admin/accounts/account/{worker.pk}/change/"):
        response = client.get(page)
        text = response.content.decode()
        assert response.status_code == 200
        assert "0123456789abcdef0123" in text
        assert [secret for secret in SECRETS if secret in text] == []


@pytest.mark.parametrize(
    ("term", "found"),
    [
        ("0123456789abcdef0123", True),
        ("+255712345678", True),
        (" +255 712 345 678 ", True),
        ("+25571234567", False),
        ("0123456789abcdef", False),
        ("Amina", False),
    ],
)
@pytest.mark.usefixtures("worker")
def test_people_are_found_by_exact_match_only(client: Client, term: str, found: bool) -> None:
    response = client.get("/admin/accounts/account/", {"q": term})
    assert (b"Amina" in response.content.partition(b'id="result_list"')[2]) is found


def test_a_worker_cannot_be_edited(client: Client, worker: Account) -> None:
    client.post(
        f"/admin/accounts/account/{worker.pk}/change/",
        {"name": "Other", "is_staff": "on", "is_superuser": "on", "phone_number": "+1"},
    )
    worker.refresh_from_db()
    assert (worker.name, worker.is_staff, worker.phone_number) == ("Amina", False, "+255712345678")


def test_rights_of_staff_are_given_by_a_superuser(client: Client, superuser: Account) -> None:
    staff.create_admin(username="ben", password="battery staple")
    ben, group = Account.objects.get(username="ben"), Group.objects.create(name="Support")
    page = f"/admin/accounts/account/{ben.pk}/change/"
    response = client.post(page, {"is_active": "on", "is_staff": "on", "groups": [group.pk]})
    assert response.status_code == 302
    ben.refresh_from_db()
    assert (ben.is_superuser, list(ben.groups.all())) == (False, [group])
    assert ben.check_password("battery staple")
    client.force_login(ben)
    client.post(f"/admin/accounts/account/{ben.pk}/change/", {"is_superuser": "on", "is_staff": "on"})
    ben.refresh_from_db()
    assert not ben.is_superuser
    assert superuser.is_superuser


def test_nobody_adds_or_deletes_accounts_here(client: Client, worker: Account) -> None:
    assert client.get("/admin/accounts/account/add/").status_code == 403
    assert client.post(f"/admin/accounts/account/{worker.pk}/delete/", {"post": "yes"}).status_code == 403
