"""Tokens and codes in the admin: to look at, found by account, and no secret among them (contract 16, E-28)."""

import pytest
from django.apps import apps
from django.test import Client as Browser
from django.urls import get_resolver

from connectid.accounts import staff
from connectid.accounts.models import Account
from connectid.oauth.models import AccessToken, AuthorizationCode, RefreshToken
from connectid.oauth.tests.asking import ask, new_code, new_server, new_site
from connectid.testing.budget import StatementBudget
from connectid.testing.scene import new_account
from connectid.testing.tokens import new_pair

pytestmark = pytest.mark.django_db

PAGES = {"accesstoken": AccessToken, "refreshtoken": RefreshToken, "authorizationcode": AuthorizationCode}


@pytest.fixture(autouse=True)
def _signed_in(client: Browser) -> None:
    staff.create_admin(username="admin", password="correct horse")
    client.force_login(Account.objects.get(username="admin"))


@pytest.mark.parametrize("page", PAGES)
def test_found_by_account(client: Browser, page: str) -> None:
    site, mine, theirs = new_site(), new_account(), new_account()
    for account in (mine, theirs):
        new_pair(account)
        new_code(account, site)
    row = PAGES[page]._default_manager.filter(user=mine).values().get()
    listed = client.get(f"/admin/oauth/{page}/", {"q": mine.username}).content.decode()
    assert (mine.username in listed, theirs.username in listed) == (True, False)
    shown = client.get(f"/admin/oauth/{page}/{row['id']}/change/").content.decode()
    assert mine.username in shown
    checksum = row.get("token_checksum") or row["code_checksum"]
    assert [text for text in (listed, shown) if checksum in text or "checksum" in text] == []


def test_a_client_s_own_token_has_no_account(client: Browser) -> None:
    ask(client, {"grant_type": "client_credentials"}, new_server())
    listed = client.get("/admin/oauth/accesstoken/").content.decode()
    assert "the client itself" in listed


@pytest.mark.parametrize("page", PAGES)
def test_nobody_adds_changes_or_deletes(client: Browser, page: str) -> None:
    account = new_account()
    new_pair(account)
    new_code(account, new_site())
    row = PAGES[page]._default_manager.get()
    assert client.get(f"/admin/oauth/{page}/add/").status_code == 403
    assert client.post(f"/admin/oauth/{page}/{row.pk}/change/", {"scope": "sync"}).status_code == 403
    assert client.post(f"/admin/oauth/{page}/{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert PAGES[page]._default_manager.filter(pk=row.pk).exists()


def test_a_list_takes_as_many_statements_whatever_its_length(
    client: Browser, statement_budget: StatementBudget
) -> None:
    statement_budget(
        6,
        cap=20,
        grow=lambda n: [new_pair(new_account()) for _ in range(n)],
        act=lambda: client.get("/admin/oauth/accesstoken/"),
    )


def test_what_has_no_table_has_no_page(client: Browser) -> None:
    assert client.get("/admin/oauth/idtoken/").status_code == 403
    assert "idtoken" not in client.get("/admin/").content.decode()
    assert [
        model.__name__ for model in apps.get_app_config("oauth").get_models() if not model._meta.managed
    ] == [
        "IdToken",
        "DeviceGrant",
    ]


def test_the_toolkit_s_own_pages_are_not_there(client: Browser) -> None:
    """E-28: clients are managed in the admin and nowhere else."""
    for path in ("applications/", "applications/register/", "authorized_tokens/", "register/", "device/"):
        assert client.get(f"/o/{path}").status_code == 404
    assert "oauth2_provider" not in set(get_resolver().namespace_dict)
