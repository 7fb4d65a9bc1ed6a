"""POST /o/token and /o/revoke_token: how many statements, whatever the number of tokens that the account has."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.db.models import Model
from django.test import Client as Browser

from connectid.accounts.models import Account
from connectid.core import clock
from connectid.oauth.models import AccessToken, AuthorizationCode, RefreshToken
from connectid.oauth.operations import revocation, signing_keys
from connectid.oauth.tests.asking import (
    FORM,
    app_form,
    ask,
    code_form,
    new_code,
    new_server,
    new_site,
    refresh_form,
)
from connectid.testing.budget import StatementBudget
from connectid.testing.scene import basic, new_account, new_phone
from connectid.testing.statements import count_statements
from connectid.testing.tokens import new_pair

pytestmark = pytest.mark.django_db


@pytest.fixture
def _warm_key() -> None:
    """A signing key that is older than a minute, and so known to the process."""
    signing_keys.keys(at=clock.now() - timedelta(hours=1))


def test_password(client: Browser, statement_budget: StatementBudget) -> None:
    """Client, device, both rows held, two tokens."""
    phone = new_phone()
    form = app_form(phone)
    statement_budget(
        5,
        grow=lambda n: [new_pair(phone.account) for _ in range(n)],
        act=lambda: ask(client, form),
    )


def test_password_at_the_first_use_in_an_hour(client: Browser) -> None:
    """One more, which notes the use."""
    form = app_form(new_phone())
    with clock.frozen() as time:
        time.advance(hours=2)
        with count_statements() as statements:
            assert ask(client, form).status_code == 200
    assert len(statements) == 6


@pytest.mark.usefixtures("_warm_key")
def test_code(client: Browser, statement_budget: StatementBudget) -> None:
    """Client, code, its use, two tokens."""
    site, account = new_site(), new_account()
    codes = [code_form(new_code(account, site)) for _ in range(4)]
    statement_budget(
        5,
        grow=lambda n: [new_pair(account) for _ in range(n)],
        act=lambda: ask(client, codes.pop(), site),
    )


@pytest.mark.usefixtures("_warm_key")
def test_refresh(client: Browser, statement_budget: StatementBudget) -> None:
    """Client, token, the end of the former pair, two tokens; however long the family is."""
    site, account = new_site(), new_account()
    pairs = [ask(client, code_form(new_code(account, site)), site).json()]

    def exchange(times: int = 1) -> None:
        for _ in range(times):
            pairs.append(ask(client, refresh_form(pairs[-1]["refresh_token"]), site).json())

    statement_budget(6, grow=exchange, act=exchange)


def test_a_reuse(client: Browser, statement_budget: StatementBudget) -> None:
    """Client, token, the end of the family."""
    site, account = new_site(), new_account()
    first = ask(client, code_form(new_code(account, site)), site).json()
    ask(client, refresh_form(first["refresh_token"]), site)
    statement_budget(
        4,
        grow=lambda n: [new_pair(account) for _ in range(n)],
        act=lambda: ask(client, refresh_form(first["refresh_token"]), site),
    )


def test_client_credentials(client: Browser, statement_budget: StatementBudget) -> None:
    server = new_server()
    form = {"grant_type": "client_credentials"}
    statement_budget(
        2,
        grow=lambda n: [ask(client, form, server) for _ in range(n)],
        act=lambda: ask(client, form, server),
    )


def test_revoking(client: Browser, statement_budget: StatementBudget) -> None:
    """Client, the token as either kind, the end of its family."""
    site, account = new_site(), new_account()
    pairs = [ask(client, code_form(new_code(account, site)), site).json() for _ in range(4)]
    statement_budget(
        5,
        grow=lambda n: [new_pair(account) for _ in range(n)],
        act=lambda: client.post(
            "/o/revoke_token/",
            urlencode({"token": pairs.pop()["access_token"]}),
            content_type=FORM,
            headers=basic(site.client_id, site.client_secret),
        ),
    )


@pytest.mark.parametrize("number", [1, 10_000])
def test_revoking_everything(number: int) -> None:
    """Two statements for tokens whatever their number, one each for codes and browsers (contract 16, E-14)."""
    account, other = new_account(), new_account()
    new_pair(account)
    new_pair(other)
    new_code(account, new_site())
    multiply(AccessToken, account, number)
    multiply(RefreshToken, account, number)
    with count_statements() as statements:
        revocation.revoke_all(account_id=account.pk)
    assert [statement.split()[:3] for statement in statements] == [
        ["DELETE", "FROM", f'"{table}"']
        for table in (
            *("oauth_refreshtoken", "oauth_accesstoken"),
            *("oauth_authorizationcode", "oauth_browsersession"),
        )
    ]
    for left in (AccessToken, RefreshToken):
        assert list(left._default_manager.values_list("user_id", flat=True)) == [other.pk]
    assert not AuthorizationCode.objects.exists()


def multiply(model: type[Model], account: Account, number: int) -> None:
    """Copy the account's only row until there are ``number``."""
    kept = model._default_manager.filter(user=account).values().get()
    del kept["id"]
    rows = [model(**kept | {"token_checksum": f"{count:064}"}) for count in range(number - 1)]
    model._default_manager.bulk_create(rows, batch_size=1000)
    assert model._default_manager.filter(user=account).count() == number
