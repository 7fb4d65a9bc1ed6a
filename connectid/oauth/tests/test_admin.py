"""Clients in the admin: the secret is shown once (contract 16, E-32)."""

import re

import pytest
from django.test import Client as Browser

from connectid.accounts import staff
from connectid.accounts.models import Account
from connectid.oauth.models import Client
from connectid.oauth.operations import clients as operations
from connectid.oauth.permissions import Permission

pytestmark = pytest.mark.django_db

NEW = {
    "name": "Connect",
    "client_id": "connect",
    "client_type": "confidential",
    "authorization_grant_type": "client-credentials",
    "permissions": ["send", "otp"],
}


@pytest.fixture(autouse=True)
def _signed_in(client: Browser) -> None:
    staff.create_admin(username="admin", password="correct horse")
    client.force_login(Account.objects.get(username="admin"))


def shown_secret(page: bytes) -> str:
    found = re.search(rb"The secret of Connect is ([0-9a-f]{64})", page)
    assert found
    return found[1].decode()


def test_a_new_client_s_secret_is_shown_once(client: Browser) -> None:
    page = client.post("/admin/oauth/client/add/", NEW, follow=True).content
    secret = shown_secret(page)
    assert operations.authenticate_client(
        client_id="connect", client_secret=secret, permission=Permission.SEND, address="test"
    )
    made = Client.objects.get()
    assert made.permissions == ["send", "otp"]
    for again in ("/admin/oauth/client/", f"/admin/oauth/client/{made.pk}/change/"):
        text = client.get(again).content.decode()
        assert [word for word in (secret, made.client_secret, "blake2b") if word in text] == []


def test_a_client_id_is_suggested_and_never_changes(client: Browser) -> None:
    assert re.search(
        rb'name="client_id" value="[0-9a-f]{40}"', client.get("/admin/oauth/client/add/").content
    )
    client.post("/admin/oauth/client/add/", NEW)
    made = Client.objects.get()
    client.post(f"/admin/oauth/client/{made.pk}/change/", NEW | {"client_id": "other", "name": "Renamed"})
    renamed = Client.objects.get()
    assert (renamed.client_id, renamed.name) == ("connect", "Renamed")
    assert renamed.client_secret == made.client_secret


def test_rotating_the_secret_without_a_gap(client: Browser) -> None:
    """Both are good until the former one is revoked; a second rotation ends the one before the former."""
    first = operations.create_client(name="Connect", grant="client-credentials", client_id="connect")
    action = {"action": "rotate_secrets", "_selected_action": [Client.objects.get().pk]}
    secret = shown_secret(client.post("/admin/oauth/client/", action, follow=True).content)

    def works() -> list[bool]:
        return [
            operations.authenticate_client(
                client_id="connect", client_secret=each, permission=Permission.OTP, address="test"
            )
            is not None
            for each in (first.client_secret, secret)
        ]

    assert works() == [True, True]
    client.post("/admin/oauth/client/", action | {"action": "revoke_previous_secrets"})
    assert works() == [False, True]
    again = client.post("/admin/oauth/client/", action | {"action": "revoke_previous_secrets"}, follow=True)
    assert b"has one secret only" in again.content


def test_unknown_permissions_are_refused(client: Browser) -> None:
    client.post("/admin/oauth/client/add/", NEW | {"permissions": ["everything"]})
    assert not Client.objects.exists()
