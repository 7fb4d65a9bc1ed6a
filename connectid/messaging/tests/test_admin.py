"""Message servers in the admin."""

import re

import pytest
from django.test import Client

from connectid.accounts import staff
from connectid.accounts.models import Account
from connectid.messaging.models import MessageServer

pytestmark = pytest.mark.django_db

NEW = {
    "name": "HQ",
    "client_id": "hq",
    "is_active": "on",
    **{f"{purpose}_url": "https://hq.example.org/" for purpose in ("key", "callback", "delivery", "consent")},
}


@pytest.fixture(autouse=True)
def _signed_in(client: Client) -> None:
    staff.create_admin(username="admin", password="correct horse")
    client.force_login(Account.objects.get(username="admin"))


def test_a_secret_is_shown_once_and_replaced_without_a_gap(client: Client) -> None:
    """Two keys live while the partner changes over."""
    first = client.post("/admin/messaging/messageserver/add/", NEW, follow=True).content
    server = MessageServer.objects.get()
    assert f"The secret of HQ is {server.secret}".encode() in first
    assert server.previous_secret is None

    action = {"action": "replace_secrets", "_selected_action": [server.pk]}
    second = client.post("/admin/messaging/messageserver/", action, follow=True).content
    replaced = MessageServer.objects.get()
    assert f"The secret of HQ is {replaced.secret}".encode() in second
    assert (replaced.previous_secret, replaced.secret != server.secret) == (server.secret, True)

    page = client.get(f"/admin/messaging/messageserver/{server.pk}/change/").content.decode()
    assert re.findall(rf"{server.secret}|{replaced.secret}", page) == []


def test_addresses_are_judged(client: Client) -> None:
    page = client.post("/admin/messaging/messageserver/add/", NEW | {"key_url": "ftp://hq.example.org/"})
    assert b"Give a whole address" in page.content
    assert not MessageServer.objects.exists()
