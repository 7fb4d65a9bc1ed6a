"""Issuers in the admin."""

import re

import pytest
from django.test import Client

from connectid.accounts import staff
from connectid.accounts.models import Account
from connectid.core import secrets
from connectid.credentials.models import PURPOSE, Issuer

pytestmark = pytest.mark.django_db

NEW = {"authority": "HQ", "environment": "india", "client_id": "hq", "is_active": "on"}


def test_a_secret_is_shown_once_and_replaced_without_a_gap(client: Client) -> None:
    staff.create_admin(username="admin", password="correct horse")
    client.force_login(Account.objects.get(username="admin"))
    page = client.post("/admin/credentials/issuer/add/", NEW, follow=True).content.decode()
    first = re.search("The secret of HQ india is ([0-9a-f]{64})", page)
    issuer = Issuer.objects.get()
    assert first
    assert secrets.matches(first[1], issuer.secret_digest, purpose=PURPOSE)

    action = {"action": "rotate_secrets", "_selected_action": [issuer.pk]}
    page = client.post("/admin/credentials/issuer/", action, follow=True).content.decode()
    second = re.search("The secret of HQ india is ([0-9a-f]{64})", page)
    issuer = Issuer.objects.get()
    assert second
    assert secrets.matches(second[1], issuer.secret_digest, purpose=PURPOSE)
    assert secrets.matches(first[1], issuer.previous_secret_digest, purpose=PURPOSE)

    page = client.get(f"/admin/credentials/issuer/{issuer.pk}/change/").content.decode()
    assert [word for word in (first[1], second[1], issuer.secret_digest) if word in page] == []
